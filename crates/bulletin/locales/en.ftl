title = Report from { $since } to { $until }
title-day = Report for { $day }
full-day = { $weekday } { $day } { $month } { $year }
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
subject-errors = Vigie: { $n ->
    [one] 1 error
   *[other] { $shown } errors
}, { $sent }
subject-issues = Vigie: { $n ->
    [one] 1 new issue
   *[other] { $shown } new issues
}, { $sent }
subject-outages = Vigie: { $n ->
    [one] 1 outage
   *[other] { $shown } outages
}, { $sent }
subject-fine = Vigie: { $n ->
    [0] no errors
    [one] 1 message sent, no errors
   *[other] { $shown } messages sent, no errors
}
messages-sent = { $n ->
    [0] no messages sent
    [one] 1 message sent
   *[other] { $shown } messages sent
}
sent = Messages sent
errors = Not delivered
rate = Success rate
unknown = Unconfirmed
others = Items of other jobs
traces = Traces of other programs
with-errors = { $n ->
    [0] { $all }
    [one] { $all }, of which 1 error
   *[other] { $all }, of which { $shown } errors
}
checks = Checks
checks-up = { $n ->
    [0] { $up } of { $all } up
    [one] { $up } of { $all } up, 1 outage
   *[other] { $up } of { $all } up, { $shown } outages
}
checks-maintenance = { $n ->
    [one] 1 in maintenance
   *[other] { $shown } in maintenance
}
chart = Messages over time
bar = { $n ->
    [0] { $sent }
    [one] { $sent }, 1 error
   *[other] { $sent }, { $shown } errors
}
last-errors = Recent failures
checks-in-trouble = Checks in trouble
check-down = Down
check-late = Late
check-since = { $name } (since { $since })
running = Running jobs
job-running = { $done }/{ $total }
job-paused = { $done }/{ $total }, paused
new-issues = New issues
events = { $n ->
    [one] 1 event
   *[other] { $shown } events
}
slow-endpoints = Slowest endpoints (p95)
requests = { $n ->
    [one] 1 request
   *[other] { $shown } requests
}
log-lines = Log lines
level-critical = Critical
level-error = Error
level-warning = Warning
level-info = Info
level-debug = Debug
level-trace = Trace
lines = { $n ->
    [one] 1 line
   *[other] { $shown } lines
}
partial = Some of the figures could not be read and are missing.
open = Open in Vigie
why = You receive this report because your address is set in Vigie. An administrator can change or stop it.
found = { $n ->
    [0] { $name }: no lines found
    [one] { $name }: 1 line found
   *[other] { $name }: { $shown } lines found
}
finding-query = Search
finding-time = Time
finding-from-to = { $since } to { $until }
found-lines = Lines
newest-lines = { $n ->
    [one] The newest line
   *[other] The { $shown } newest lines
}
partial-lines = Some of the logs could not be read: lines may be missing.
why-finding = You receive this message because a schedule of Vigie sends it to your address. An administrator can change or stop it.
