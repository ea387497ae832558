### How long requests and tasks take, by endpoint.

menu-performance = Performance
performance-title = Performance
performance-lead = How long requests, tasks and other transactions take, by endpoint.
performance-project = Project
performance-all-projects = All projects
performance-period = Period
performance-hour = Last hour
performance-day = Last 24 hours
performance-week = Last 7 days
performance-show = Show
performance-none = No transactions in this period
performance-none-help = Set traces_sample_rate in the SDK of your application, and its requests appear here.
performance-no-project = Create a project first: its page shows the lines to paste into your application.
performance-count = Transactions
performance-average = Average duration
performance-failures = Failure rate
performance-hottest = Most used endpoint
performance-slowest = Slowest endpoint
performance-times = { $n ->
    [one] { $shown } transaction
   *[other] { $shown } transactions
}
performance-most-take = 95% take less than { $time }
performance-endpoint = Endpoint
performance-apdex = Apdex
performance-total = Total time
performance-users = Users
performance-apdex-help = Apdex goes from 0 to 1. Transactions of up to { $time } count in full, those of up to four times as long count half, and slower or failed ones do not count.
performance-partial = Some figures are incomplete: there is more data than this page can count.
performance-p50 = p50
performance-p75 = p75
performance-p95 = p95
performance-p99 = p99

## One trace

waterfall-id = Trace
waterfall-job = Job: { $name }
waterfall-partial = Only the first { $n } spans are shown, or part of the data could not be read.
waterfall-duration = Duration
waterfall-spans = Spans
waterfall-errors = Errors
waterfall-costly = Slow or repeated queries
waterfall-queries = Slow and repeated queries
waterfall-repeated-n = { $n ->
    [one] Same query { $shown } time
   *[other] Same query { $shown } times
}
waterfall-slow = Slow query
waterfall-lost = { $time } lost
waterfall-asked-at = Called from
waterfall-asked-by = Called by
waterfall-title = Waterfall
waterfall-open-help = Open a span to see its details.
waterfall-failed = failed
waterfall-mark-slow = slow
waterfall-mark-repeated = repeated
waterfall-orphan = The parent of this span was not received.
waterfall-depth = Level { $n } in the tree.
waterfall-no-span = No spans were received
waterfall-no-span-help = This trace has errors only. Set traces_sample_rate in the SDK of your application to see its requests here.
waterfall-begins = Starts after
waterfall-own = Own time
waterfall-status = Status
waterfall-exception = Exception
waterfall-http-status = HTTP status
waterfall-method = Method
waterfall-url = URL
waterfall-statement = Query
waterfall-user = User
waterfall-span = Span
excerpt-task = Log lines of this task
excerpt-trace = Logs of the same trace
excerpt-host = Logs of the same minute and server
excerpt-minute = Logs of the same minute
excerpt-open = Open in logs
excerpt-more = View all lines

## One endpoint

endpoint-nothing-before = Nothing to compare a week earlier
endpoint-before = { $value } a week earlier
endpoint-more = { $percent } more than a week earlier
endpoint-fewer = { $percent } fewer than a week earlier
endpoint-slower = { $percent } slower than a week earlier
endpoint-faster = { $percent } faster than a week earlier
endpoint-same = About the same as a week earlier
endpoint-histogram = Distribution of durations
endpoint-up-to = up to { $time }
endpoint-above = over { $time }
endpoint-slowest = Slowest transactions
endpoint-when = When
endpoint-releases = By release
endpoint-no-release = No release

## A project’s day

summary-errors = Errors
summary-average = Average response
summary-users = Active users
