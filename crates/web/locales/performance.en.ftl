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
performance-apdex-help = Apdex goes from 0 to 1. Up to { $time } counts as satisfied, up to four times as long as half satisfied; what failed does not count.
performance-partial = Some figures are incomplete: there is more than one page can count.
performance-p50 = p50
performance-p75 = p75
performance-p95 = p95
performance-p99 = p99
