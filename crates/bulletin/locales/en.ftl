title = Report from { $since } to { $until }
title-day = Report of { $day }
subject-errors = Vigie: { $n ->
    [one] one error
   *[other] { $shown } errors
}, { $sent } sent
subject-issues = Vigie: { $n ->
    [one] one new issue
   *[other] { $shown } new issues
}, { $sent } sent
subject-outages = Vigie: { $n ->
    [one] one outage
   *[other] { $shown } outages
}, { $sent } sent
subject-fine = Vigie: { $n ->
    [0] no errors
    [one] one message sent, no errors
   *[other] { $shown } messages sent, no errors
}
sent = Sent
errors = Not delivered
rate = Success rate
unknown = Unconfirmed
others = Items of other jobs
traces = Traces of other programs
with-errors = { $n ->
    [0] { $all }
    [one] { $all }, of which one error
   *[other] { $all }, of which { $shown } errors
}
checks = Checks
checks-up = { $n ->
    [0] { $up } of { $all } up
    [one] { $up } of { $all } up, one outage
   *[other] { $up } of { $all } up, { $shown } outages
}
chart = Messages over time
bar = { $n ->
    [0] { $sent }
    [one] { $sent }, one error
   *[other] { $sent }, { $shown } errors
}
last-errors = Recent failures
checks-in-trouble = Checks in trouble
check-down = down since { $since }
check-late = late since { $since }
running = Running jobs
job-running = { $done }/{ $total }
job-paused = { $done }/{ $total }, paused
new-issues = New issues
events = { $n ->
    [one] one event
   *[other] { $shown } events
}
slow-endpoints = Slowest endpoints (p95)
requests = { $n ->
    [one] one request
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
    [one] one line
   *[other] { $shown } lines
}
partial = Some of the figures could not be read and are missing.
open = Open Vigie
why = You receive this report because your address is set in Vigie. An administrator can change or stop it.
