title = Report from { $since } to { $until }
subject-errors = Vigie: { $n ->
    [0] new issues
    [one] one error
   *[other] { $shown } errors
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
chart = Messages over time
bar = { $n ->
    [0] { $sent }
    [one] { $sent }, one error
   *[other] { $sent }, { $shown } errors
}
last-errors = Recent failures
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
lines = { $n ->
    [one] one line
   *[other] { $shown } lines
}
open = Open Vigie
why = You receive this report because your address is set in Vigie. An administrator can change or stop it.
