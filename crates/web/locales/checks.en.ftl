### Checks: what must report in time, and what must answer.

checks-title = Checks
checks-lead = Jobs that must report in time, and addresses that must answer.
checks-new = New check
checks-none = No checks yet
checks-none-help = A check tells you when a backup did not run, or when a site no longer answers.
check-name = Name
check-last = Last heard from
check-never = Nothing received yet
check-never-help = The check begins with the first call to its address.
check-uptime = Availability
check-days = 90 days
check-state-new = New
check-state-up = Up
check-state-late = Late
check-state-down = Down
check-state-paused = Paused
check-kind-heartbeat = Regular report
check-kind-http = Web address
check-kind-tcp = Network service
check-kind-dns = Domain name
check-about-heartbeat = A job calls Vigie when it is done
check-about-http = Vigie opens a page
check-about-tcp = Vigie connects to a port
check-about-dns = Vigie looks a name up
check-why-missed = Not heard from in time
check-why-failed = Reported a failure
check-why-exited = Ended with an error, status
check-why-too-long = Running for too long
check-why-too-little = Ended well but did less than expected
check-why-unreachable = No answer
check-why-refused = Vigie is not allowed to reach this address
check-why-status = Unexpected status
check-why-text = Expected text not found
check-why-slow = Too slow
check-why-certificate = Certificate invalid or soon to expire
check-why-redirects = Too many redirects
check-why-name = Resolves to another address
check-expected = Next expected
check-next-look = Next check
check-refused-help = It belongs to your own network. To allow it, add it to alert-networks in vigie.toml, then restart Vigie.
check-pings = Reports received
check-when-heard = Received
check-what-heard = Report
check-body = Content
check-see-body = Show
ping-success = Success
ping-start = Start
ping-log = Note
ping-fail = Failure
ping-exit = Error, status { $status }
checks-key = Key for all checks
checks-key-help = With this key a program reports to a check by its name (VIGIE_PING_KEY of vigie.py). Anyone who knows it can report for any check.
checks-key-show = Show the key
check-address = Address to call
check-address-help = Call this address when the job has succeeded. Anyone who knows it can report for this check.
check-address-more = Add one of these to report the start, a failure or the exit status of the job:
check-settings = Settings
check-took = Last duration
check-grace = May be late by
check-run-max = Maximum duration
check-every = Checked every
check-certificate-ends = Certificate valid until
check-outages = Outages and pauses
check-ongoing = ongoing
check-pause = Pause
check-resume = Resume
check-edit = Edit
check-edit-title = Edit check
check-test = Check now
check-made-by = Created by
check-remove = Delete check
check-remove-title = Delete this check?
check-remove-text = Its address stops working, and its history is deleted.
check-said-created = Check created.
check-said-removed = The check is deleted.
check-create = Create check
check-when = How often it reports
check-when-hint = every 24 h, every 15 min, or five cron fields: 0 2 * * *
check-grace-min = May be late by (minutes)
check-run-max-min = Maximum duration (minutes)
check-floors = Minimum results
check-floors-hint = One per line: rows = 100. The job reports its figures in the address (?rows=120) or in the text it sends (rows=120).
check-url = Address
check-contains = The response must contain
check-statuses = Expected status
check-slower = Fails if slower than (ms)
check-certificate-days = Minimum validity of the certificate (days)
check-redirects = Maximum number of redirects
check-host = Host
check-port = Port
check-record = Record type
check-expected-address = Expected address
check-every-s = Check every (seconds)
check-timeout-s = Timeout (seconds)
check-failures = Consecutive failures before it counts as down
check-next = Next reports expected, counting from now
check-bad-name = enter a name of 1 to 100 characters, with a letter or a digit
check-bad-when = enter an interval or a cron expression that recurs
check-bad-zone = enter a time zone such as Europe/Paris
check-bad-failures-max = enter a number from 1 to 100
check-bad-every-s = enter a number of seconds, from 10 to 604,800 (7 days)
check-bad-timeout-s = enter a number of seconds, from 1 to 60
check-bad-grace-s = enter a duration from one second to 30 days
check-bad-run-max-s = enter a duration from one second to 30 days
check-bad-floors = enter one figure per line: rows = 100
check-bad-url = enter an address that begins with http:// or https://
check-bad-statuses = enter a status or a range: 200-299
check-bad-contains = enter up to 500 characters
check-bad-slower-than-ms = enter a number of milliseconds
check-bad-certificate-days = enter a number of days, up to 366
check-bad-redirects = enter a number from 0 to 10
check-bad-host = enter a host name or an address
check-bad-port = enter a port from 1 to 65535
check-bad-expected = enter an IP address
problem-no-check = there is no check { $name }
problem-check-taken = another check is called { $name }
problem-check-calls = this check only receives reports, so it cannot be run
check-no-data = No data yet
check-crontab = In a crontab
check-script = In a script
check-sentry = For Sentry clients
check-sentry-help = Replace PROJECT and KEY with the number and the public key of a project. Cron monitoring of Sentry’s clients with this name reports here too.
check-family = IP version
check-family-any = IPv4 or IPv6
check-family-ipv4 = IPv4 only
check-family-ipv6 = IPv6 only
check-maintenance = Maintenance
check-maintenance-until = Maintenance until { $time }
check-public = Show this check on the public status page
check-public-name = Public name
check-public-hint = Visitors see this name instead of the check’s own. They never see addresses or error messages.
check-public-as = On the public status page as “{ $name }”.
check-not-public = Not on the public status page.
check-bad-public-name = enter a name of 1 to 100 characters

### The public page of states.

public-page = Public status page
public-lead = Visitors see which services are operational, their uptime and past incidents, without logging in. Choose the services on the page of each check.
public-open = Open the page
public-on = Publish the status page
public-secret = Address that cannot be guessed
public-title-label = Title
public-renew = Change the address
public-renew-hint = The current address stops working.
public-is-on = The status page is published.
public-is-off = The status page is not published.
public-title = Service status
public-as-of = As of { $time } · { $zone }
public-all-well = All services are operational
public-some-down = { $n ->
    [one] { $shown } service is down
   *[other] { $shown } services are down
}
public-maintenance-now = Maintenance in progress
public-none = No service is shown yet
public-none-help = Turn on “Show this check on the public status page” in the settings of a check.
public-services = Services
public-days = { $n ->
    [one] Last day
   *[other] Last { $shown } days
}
public-up = Operational
public-down = Down
public-maintenance = Maintenance
public-unknown = No data yet
public-paused = Not monitored
public-uptime = { $share } uptime
public-down-since = Down since { $time }
public-past = Past incidents
public-past-none = No incident in the last 90 days
public-works = Planned maintenance
public-all-services = All services

### Planned work, during which no alert is told.

maintenances-title = Planned maintenance
maintenances-lead = During a maintenance window no alert is sent and uptime is not affected. Alerts that are still active afterwards are sent then.
maintenances-new = Plan maintenance
maintenances-none = No maintenance planned
maintenances-none-help = Plan a window before an update or a move, once or every week.
maintenance-when = When
maintenance-about = Concerns
maintenance-everything = Everything
maintenance-now = In progress
maintenance-planned = Planned
maintenance-over = Ended
maintenance-window = { $from } – { $until }
maintenance-weekly-said = { $days } at { $at }, { $duration } ({ $zone })
maintenance-every-day = every day
maintenance-end = End now
maintenance-cancel = Delete
maintenance-once = Once
maintenance-weekly = Every week
maintenance-days = Days
maintenance-at = Starts at
maintenance-minutes = Duration (minutes)
maintenance-from = From
maintenance-until = To
maintenance-zone = Time zone: { $zone }
maintenance-scope-hint = Select nothing for everything: all checks and all alerts.
maintenance-create = Plan
maintenance-banner = Maintenance “{ $name }” until { $time }: no alert is sent and uptime is not affected.
maintenance-said-created = Maintenance planned.
maintenance-said-ended = Maintenance ended.
maintenance-bad-name = enter a name of 1 to 100 characters
maintenance-bad-from = enter a date and a time
maintenance-bad-until = enter a time after the start and after now, 31 days later at most
maintenance-bad-days = select at least one day
maintenance-bad-at = enter a time such as 02:00
maintenance-bad-minutes = enter a number from 1 to 1440
maintenance-bad-scope = select 200 items at most
problem-no-maintenance = there is no planned maintenance { $name }
problem-maintenances-max = there are 200 planned maintenances already: end one first

today-checks-well = { $n ->
    [one] { $shown } check, all well
   *[other] { $shown } checks, all well
}
today-checks-silent = { $n ->
    [one] { $shown } check without data yet
   *[other] { $shown } checks without data yet
}
today-checks-further = { $n ->
    [one] and { $shown } more
   *[other] and { $shown } more
}
