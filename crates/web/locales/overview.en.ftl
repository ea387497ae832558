### The menu, and the pages that look across features.

## Menu

nav-today = Today
nav-mailings = Mailings
nav-mailings-all = All mailings
nav-drafts = Drafts
nav-activity = Activity
nav-monitoring = Monitoring
nav-in = { $section }: pages
nav-logs-search = Search
nav-logs-errors = Error lines
nav-logs-patterns = Patterns
nav-logs-live = Live
nav-logs-files = Files

## Mailings

mailings-none = No mailings yet
mailings-none-help = Each mailing appears here once it is sent.
mailings-no-match = No mailing matches
nav-drafts-lead = Mailings you have started and not sent yet.
nav-drafts-none = No drafts
nav-drafts-none-help = A mailing is saved as a draft from the moment you add its list of recipients.
nav-draft-continue = Continue

## Today

today-attention = Needs attention
today-attention-none = Nothing needs your attention.
today-next = Next
today-applications = Applications
today-application-now = in the last 5 minutes
today-applications-none = No application has been active.
today-application-nameless = Unnamed
today-seven-days = last 7 days
today-done = { $n ->
    [one] { $shown } done
   *[other] { $shown } done
}
today-open = Open
today-see = View
today-resend = View and resend
today-decide = View and decide
today-system = View system
today-workers = View workers
today-account-open = View account
today-paused = “{ $name }” is paused. { $reason }
today-failed = “{ $name }” failed. { $reason }
today-undelivered = { $n ->
    [one] “{ $name }”: { $shown } message was not delivered.
   *[other] “{ $name }”: { $shown } messages were not delivered.
}
today-unknown = { $n ->
    [one] “{ $name }”: { $shown } message may or may not have been sent. Please decide.
   *[other] “{ $name }”: { $shown } messages may or may not have been sent. Please decide.
}
today-unknown-items = { $n ->
    [one] “{ $name }”: { $shown } item is unconfirmed. Please decide.
   *[other] “{ $name }”: { $shown } items are unconfirmed. Please decide.
}
today-issues = View issues
today-issues-new = { $n ->
    [one] “{ $name }” has { $shown } new issue.
   *[other] “{ $name }” has { $shown } new issues.
}
today-issues-regressed = { $n ->
    [one] “{ $name }”: { $shown } resolved issue has occurred again.
   *[other] “{ $name }”: { $shown } resolved issues have occurred again.
}
today-failed-items = { $n ->
    [one] “{ $name }”: { $shown } item failed.
   *[other] “{ $name }”: { $shown } items failed.
}
today-failed-runs = { $n ->
    [one] “{ $name }”: { $shown } run failed.
   *[other] “{ $name }”: { $shown } runs failed.
}
today-failed-runs-least = “{ $name }”: at least { $shown } runs failed.
today-more = { $n ->
    [one] { $shown } more job did not go as planned.
   *[other] { $shown } more jobs did not go as planned.
}
today-account = The sending account “{ $name }” is paused. { $reason }
today-worker-none = No worker is running, so nothing is being sent.
today-worker-lost = The worker “{ $name }” stopped responding ({ $ago }).
today-disk = The disk is almost full: { $free } left.
today-database = The database is damaged. Keep a copy of it, then restore a backup.
today-run-log = Some lines of job logs could not be saved. Check that the disk has free space.
today-logs-full = The log store is full, so new log lines are not saved. Free up disk space.
today-logs-broken = The log store cannot be read or written. Check its disk and file permissions.
today-logs-stalled = Some logs are not being collected. See Vigie’s own log for the reason.
today-logs-damaged = Part of the log store is damaged, so searches may be incomplete.

## To review, across mailings

missing-lead = Recipients whose message was not delivered, or is unconfirmed, in all mailings.
missing-mailing = Mailing
missing-reason = Reason
missing-reason-next = Reason and next step
missing-period = Period
missing-any = All reasons
missing-recipient = Address or mailbox
missing-content = Message or file
missing-server = Server or account
missing-unknown = Unconfirmed
missing-days = Last { $n } days
missing-days-all = All time
missing-line = Row { $line }
missing-correct = Correct
missing-decide = Decide
missing-none = Nothing to review
missing-none-help = Messages that are not delivered or unconfirmed are listed here.
missing-no-match = No match
missing-no-match-help = Choose a longer period, or clear the filters.

## Audit log

audit-alert-rules = Alert rules
audit-alert-channels = Alert channels
audit-webhooks = Webhooks
audit-any = Any action
audit-detail = Details
audit-job-gone = A deleted job
audit-mailing-message = Edited the message
audit-mailing-files-remove = Removed files
audit-proxy-refused = Ignored a login from an unknown proxy
audit-ledger = Imported the recipients who already received a mailing
audit-job-items = Added items to a job
audit-job-start = Started a job
audit-job-complete = Ended a job
audit-job-fail = Ended a job as failed
audit-job-new = Created a job
audit-job-correct = Corrected addresses
audit-job-reuse = Reused a mailing
audit-sessions-end = Ended sessions
audit-webhook-new = Added a webhook
audit-message-resend = Sent a message again
audit-message-release = Sent a waiting message at once
audit-webhook-delete = Removed a webhook
audit-reach = { $shown } entries searched, back to { $until }
audit-reach-none = Nothing found in the latest { $shown } entries, back to { $until }.
audit-reach-more = Nothing found in the next { $shown } entries, back to { $until }.

## Help

nav-help = Help
help-find = Search the help
help-hits = { $n ->
    [one] { $shown } result
   *[other] { $shown } results
}
help-none = Nothing found. Try fewer or other words.
help-all = All topics
help-contents = Contents
help-in-english = This guide is in English.
help-sending = Sending a mailing
help-sending-about = From the list of recipients to messages that were not delivered, step by step.
help-errors = Errors and performance
help-errors-about = Set up an application written with Django, FastAPI, Flask, Celery, Node.js or Rust, or a web page, or move from Sentry.
help-logs = Reading logs
help-logs-about = Collected logs, log files, and what Vigie itself records.
help-search = Search syntax
help-search-about = Words, fields, times and tables: everything the log search understands.
help-collecting = Collecting logs
help-collecting-about = Files, syslog, the system journal, and agents such as Filebeat or Vector.
help-switching = Switching to Vigie
help-switching-about = From Celery and Flower, Sentry, a progress bar of your own or a DHIS2 sync: beside, switch, go back.
me-proxy = You are logged in through your site, without a password of Vigie.
help-proxy = Behind your own proxy
help-proxy-about = A path of your site, your own login, a socket for programs beside.
help-embedding = Embedding progress
help-embedding-about = Show the progress of a job in the pages of your own application.
help-api = API
help-api-about = Every route, who may use it, and its OpenAPI description.

## Find

find-title = Search
find-what = Address, mailing, job, issue, user or page
find-short = Search
find-hint = Enter an email address, or part of the name of a mailing, a job, an issue, a project or a page.
find-none = Nothing found. Only recent mailings, attempts and issues are searched.
find-pages = Pages
find-jobs = Mailings and jobs
find-things = Settings and monitoring
found-schedule = Schedule
found-check = Check
found-account = Sending account
found-rule = Alert rule
found-channel = Alert channel
found-user = User
found-token = API token
find-in-logs = Search the logs
find-in-traces = Search all traces

## System and log sources

system-title = System
system-fine = Everything works.
system-version = Version
system-started = Started
system-database = Database
system-data = Data folder
system-disk = Disk
system-disk-free = { $free } free of { $total }
system-zone = Time zone
system-runs = This process runs jobs.
system-reads = This process is read-only: another one runs jobs.
sources-title = Log sources
sources-lead = What the configuration file tells Vigie to collect, and what has arrived.
sources-collected = Collected by Vigie
sources-collected-none = Nothing is collected. Add [[collect]] to the configuration file.
sources-received = Lines by source
sources-period = Period
sources-day = Last 24 hours
sources-week = 7 days
sources-month = 30 days
sources-all = All
sources-received-none = No line is dated within this period.
sources-format = Format
sources-unknown = Not recognised
sources-describe = Describe
sources-cut = Only the sources with the most lines are shown.
sources-source = Source
sources-files = Log files
sources-syslog = Syslog, over UDP and TCP
sources-journal = System journal
sources-own = Vigie’s own log
sources-stalled = Vigie cannot tell where it stopped reading ({ $path }), so nothing more is collected from this source.

## Small things

today-first = First start?
today-first-help = Open the link that Vigie printed in the terminal when it started: it lets you choose your password. Get a new link with:
account-unreachable = Connection failed
copy = Copy
copy-done = Copied
deed-alert-acknowledge = Acknowledged an alert
deed-alert-silence = Silenced an alert
deed-alert-silence-end = Ended a silence
deed-alert-rule-new = Added an alert rule
deed-alert-rule-change = Changed an alert rule
deed-alert-rule-switch = Turned an alert rule on or off
deed-alert-rule-delete = Deleted an alert rule
deed-alert-channel-new = Added an alert channel
deed-alert-channel-change = Changed an alert channel
deed-alert-channel-delete = Deleted an alert channel
deed-alert-channel-test = Tested an alert channel
deed-check-new = Added a check
deed-check-change = Changed a check
deed-check-pause = Paused a check
deed-check-resume = Resumed a check
deed-check-test = Ran a check
deed-check-remove = Deleted a check
deed-schedule-new = Added a schedule
deed-schedule-change = Changed a schedule
deed-schedule-pause = Paused a schedule
deed-schedule-resume = Resumed a schedule
deed-schedule-run = Ran a schedule now
deed-schedule-remove = Deleted a schedule
deed-run = Reported a run of a command
deed-import-undo = Undid a log import
deed-import = Imported logs
deed-release-new = Added a release
deed-release-change = Changed a release
deed-release-deploy = Recorded a deployment
deed-release-files = Uploaded source maps
deed-sync-cleanup = Deleted old runs of synchronizations
deed-maintenance-new = Planned maintenance
deed-maintenance-end = Ended maintenance
deed-status-page = Changed the status page
deed-traces-import = Imported traces
