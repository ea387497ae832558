### Reports: what happened in a span of time, on a page and by mail.

report-title = Report
report-schedule = Send on a schedule
report-period = Period
report-period-today = Today
report-period-yesterday = Yesterday
report-period-24h = Last 24 hours
report-period-7d = Last 7 days
report-period-30d = Last 30 days
report-period-span = Between two dates
report-since = From
report-until = To
report-show = Show
report-partial = Some of the figures could not be read and are missing.
report-sent = Messages sent
report-errors = Not delivered
report-issues = New issues
report-outages = { $n ->
    [0] no outage
    [one] one outage
   *[other] { $shown } outages
}
report-maintenance = { $n ->
    [one] one in maintenance
   *[other] { $shown } in maintenance
}
report-besides = In addition:
report-chart = Messages over time
report-chart-says = Messages over time: { $sent } sent, { $errors } not delivered
report-no-errors = No failures
report-all-issues = All issues
report-no-issues = No new issues
report-events = { $n ->
    [one] one event
   *[other] { $shown } events
}
report-checks = Checks in trouble
report-endpoints = Slowest endpoints (p95)
report-no-endpoints = No requests recorded
report-lines = Log lines
report-no-lines = No log lines
report-pass-on = Share
report-as-html = HTML
report-as-md = Markdown
report-as-json = JSON
report-no-account = To send this report by e-mail, add a sending account.
report-to = Recipients
report-to-hint = One address per line. Each recipient gets a separate message.
report-account = Sending account
report-from = Sender
report-from-hint = Leave empty to use the account’s own address.
report-send = Send report
help-monitoring = Checks, alerts, reports and backups
help-monitoring-about = What Vigie watches, whom it tells, and how to notice that Vigie itself has stopped.
deed-report-send = Sent a report by e-mail
