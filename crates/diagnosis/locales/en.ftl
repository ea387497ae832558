title = What happened on { $at }
written-date = { $day } { $month } { $year } at { $time }
why = Why this cause:
timeline-empty = Nothing worth noting was logged in this period.
heading-answer = Answer
heading-others = Also considered
heading-who = Recipients
heading-resume = Resuming
heading-timeline = Timeline
heading-sources = Sources
understood = “{ $phrase }” was read as { $from } to { $to } ({ $zone }).
understood-window = Searched from { $from } to { $to } ({ $zone }).
verdict-ended-normally = It ended normally: nothing shows that it was interrupted.
verdict-stopped-by-person = Somebody stopped it on purpose.
verdict-job-ended = The job went through all its items: it was not interrupted.
verdict-still-running = The job is running or waiting: it has not stopped.
verdict-nothing = Nothing unusual was found in this period.
verdict-insufficient = There is not enough evidence to name a cause.
suspects = Possible: { $names }.
missing = What would help: { $sources }.
run-request-lasted = { $method } { $path } ended at { $at } with status { $status }, after { $lasted }.
run-request = { $method } { $path } ended at { $at } with status { $status }.
run-request-open = { $method } { $path } failed at { $at }.
run-deliveries = The last message was handed to the mail server at { $at }.
run-lines = The program last told of its progress at { $at }.
run-sent = The program last said at { $at } that it sent a message.
run-asked = No request and no series of messages was found; the time you gave, { $at }, was used.
run-job = The job “{ $name }” was last heard of at { $at } (state: { $state }).
term-proof = { $sign }: { $line }
term-at-the-end = It happened when the run stopped ({ $seconds } { $order }).
term-during-the-run = It happened during the run, { $seconds } { $order } its end.
term-before-the-run = It had begun { $seconds } { $order } the end.
term-near-the-time = It happened { $seconds } { $order } the time you gave.
term-same-request = It names the same request.
term-other-request = It names another request.
term-own-unit = It is about the application.
term-own-words = The application says so itself.
term-last-word = It is the last that the program says: no message follows.
term-too-late = The messages had stopped well before.
term-support = It fits: { $sign } ({ $place }).
term-contradiction = It does not fit: { $sign } ({ $place }).
term-status-fits = The status of the answer fits.
term-status-contradicts = The status of the answer does not fit.
term-limit-fits = The request lasted { $seconds }, and the limit is { $setting } ({ $where }).
term-limit-contradicts = The request lasted { $seconds }, but the limit is { $setting } ({ $where }).
term-kernel-silent = The kernel’s log was read and mentions no lack of memory.
term-kernel-unread = The kernel’s log could not be read: memory may have run out.
term-usual = It happens as often at other times ({ $count } times before).
term-went-on = Sending went on afterwards ({ $count } messages).
term-few-recipients = It is about few recipients ({ $count }).
term-other-program = Only another program reports it.
term-unconnected = Nothing connects it with what stopped.
term-progress-after = Progress was reported after it.
term-recorded-reason = Vigie recorded it as the reason for the stop.
before = before
after = after
effects = Consequences: { $names }.
weighed = { $name } ({ $points } points)
column-outcome = Outcome
column-count = Number
column-basis = Known from
column-recipients = Recipients
outcome-sent = Sent
outcome-held = With the mail server, which will retry
outcome-failed = Failed
outcome-unknown = Unconfirmed
outcome-not-started = Not started
outcome-skipped = Skipped
item-basis-sent = the reply that was recorded for each
item-basis-held = the reply that was recorded for each
item-basis-failed = the error that was recorded for each
item-basis-unknown = begun, without a recorded reply
item-basis-not-started = never begun
item-basis-skipped = cancelled, or served by an earlier run
state-preparing = preparing
state-pending = waiting
state-running = running
state-paused = paused
state-completed = completed
state-failed = failed
state-cancelled = cancelled
basis-sent = logs
basis-held = logs
basis-failed = logs
basis-unknown = no log confirms it
basis-not-started = complete logs that do not mention them
basis-skipped = logs
advice-yes = You can send the rest now.
advice-wait = Wait before you send the rest.
advice-no = No: there is nothing to resume.
advice-list-only = Send only to the list of the remaining recipients: others are unconfirmed, and may already have the message.
advice-cannot-tell = The logs do not tell whether resuming is safe.
reason-still-sending = Messages were still being sent after the end, the last at { $at }. Wait until this stops.
reason-may-still-send = The application was not stopped: it may still be sending. Wait until the process has ended.
reason-may-be-redelivered = Celery may run the task again automatically.
reason-mend-first = Fix the cause first, or it will stop again.
reason-no-cause = The cause is not known.
reason-no-list = Without the list of recipients (--recipients), the remaining recipients are not known.
reason-nobody-left = No recipients are left.
reason-still-running = The job is running or waiting for its turn.
reason-resumes-by-itself = The job resumes automatically at { $at }.
reason-cancelled = A cancelled job cannot be resumed. Start a new one: it skips what was already handled.
resume-how = `--not-sent not-sent.csv` writes the list of the remaining recipients. Then:
column-source = Source
column-state = State
column-records = Lines in the period
column-zone = Time zone
state-read = read
state-silent = nothing in this period
state-undated = no timestamps
unreadable-denied = not readable: add the user to the group adm, or use sudo
unreadable-no-journalctl = not readable: journalctl is not installed
unreadable-packed = not readable: unpack it first, or pack it with gzip
unreadable-damaged = not readable: damaged
partial-time = read in part: 10 s limit reached
partial-helper = read in part: journalctl took over 3 s
partial-bytes = read in part: too large
partial-evidence = read in part: too many events
partial-files = read in part: too many files
bound-files = Too many log files: only 2,000 were read. Name the ones that matter with --logs.
partial-damage = read in part: damaged
own-zone = stated in the log
shifted = { $zone }, moved by { $minutes } min to match other logs
settings = Configured limits:
bound-links = Some log files are links to files that are not in this folder, and were not read.
partial-links = read in part: link to a missing file
no-lines = No log with readable times was found.
no-lines-then = None of the logs has a line from this period. The newest line is from { $newest }.
application-silent = The application logs nothing: have it write its errors to a file or to the standard error.
application-silent-django = In Django’s settings, this makes it report errors:

without-address = { $n ->
    [one] { $shown } row of the list has no readable address, and is not counted.
   *[other] { $shown } rows of the list have no readable address, and are not counted.
}
repeated-rows = { $n ->
    [one] { $shown } row of the list repeats an address. Each person is counted once.
   *[other] { $shown } rows of the list repeat an address. Each person is counted once.
}
doubt-nothing-named = Unconfirmed, because no log names a recipient of this mailing.
doubt-in-queue = Unconfirmed, because the mail log has no final status for some messages.
doubt-no-times = Unconfirmed, because the lines that name recipients have no time.
doubt-begin-unseen = Unconfirmed, because the mailing began before the period that was read. Use --since to read from its start.
doubt-incomplete = Unconfirmed, because part of the logs that name recipients could not be read. See Sources.
doubt-lines-lost = Unconfirmed, because the logs may have lost lines: a full or failing disk, a rate limit, a power failure, or a clock change.
doubt-other-mail = Unconfirmed, because few of the addresses in the logs are on the list: they may be from other mail.
doubt-earlier-messages = Unconfirmed, because earlier messages to people on the list may be part of this mailing.
doubt-one-more = Unconfirmed, because the program may have sent one more message than it had time to log.
doubt-named = Unconfirmed, because the logs name these people in lines whose meaning is not known.
doubt-not-looked-for = Unconfirmed, because the list was not given when this was collected. Give --recipients together with --bundle.
queued-messages = { $n ->
    [one] { $shown } message is in the mail server’s queue; whom it is for is not logged.
   *[other] { $shown } messages are in the mail server’s queue; whom they are for is not logged.
}
more = and { $shown } more
reason-unknown-held = { $n ->
    [one] { $shown } item is unconfirmed: the job does not repeat it by itself. Look into it first.
   *[other] { $shown } items are unconfirmed: the job does not repeat them by itself. Look into them first.
}
reason-left-in-job = { $n ->
    [one] { $shown } item was not begun: resuming handles only that one, and nothing is done twice.
   *[other] { $shown } items were not begun: resuming handles only those, and nothing is done twice.
}
reason-failed-in-job = { $n ->
    [one] { $shown } item failed and can be tried again.
   *[other] { $shown } items failed and can be tried again.
}
reason-held = { $n ->
    [one] { $shown } message is with the mail server, which sends it by itself: do not send it again.
   *[other] { $shown } messages are with the mail server, which sends them by itself: do not send them again.
}
reason-unknown = { $n ->
    [one] { $shown } recipient is unconfirmed: sending again may reach them twice.
   *[other] { $shown } recipients are unconfirmed: sending again may reach them twice.
}
reason-left = { $n ->
    [one] { $shown } recipient is left, and did not get the message.
   *[other] { $shown } recipients are left, and did not get the message.
}
left-out = { $n ->
    [one] { $shown } further event is not shown.
   *[other] { $shown } further events are not shown.
}
records = { $shown }

family-web-access = the web server’s access log
family-web-error = the web server’s error log
family-app-server = the application server’s log (gunicorn, uWSGI)
family-app = the application’s log
family-tasks = Celery’s log
family-mail = the mail server’s log
family-database = the database’s log
family-kernel = the kernel’s log
family-system = the system’s log
family-job = Vigie’s record of the job
family-other = other logs

sign-request = request
sign-client-gone = client disconnected
sign-upstream-timeout = proxy gave up waiting
sign-upstream-connect-timeout = proxy could not connect in time
sign-upstream-closed = application closed the connection
sign-upstream-refused = application not reachable
sign-body-too-large = request too large
sign-requests-limited = requests limited
sign-pool-exhausted = no free worker
sign-worker-timeout = worker timeout
sign-worker-killed = worker killed
sign-worker-booted = worker started
sign-worker-recycled = worker recycled
sign-server-stopping = server stopping
sign-server-reloading = server reloading
sign-server-started = server started
sign-smtp-rate = sending rate limited
sign-smtp-quota = quota used up
sign-smtp-busy = temporary refusal
sign-smtp-refused = mail server refused
sign-smtp-timeout = mail server does not answer
sign-smtp-disconnected = connection lost
sign-smtp-lost-after-data = connection lost after the message
sign-smtp-auth = login refused
sign-smtp-certificate = certificate not accepted
sign-smtp-no-space = mail server full
sign-recipient-refused = address refused
sign-submitted = message handed to the mail server
sign-queued = message in the queue
sign-delivered = message sent
sign-deferred = message deferred
sign-bounced = message bounced
sign-app-sent = message sent
sign-app-named = address named
sign-app-done = work done
sign-app-stopped = stopped by somebody
sign-app-total = total of the messages
sign-repeated = repeated line
sign-oom-kill = process killed for memory
sign-oom-unit = service hit by lack of memory
sign-memory-error = memory refused
sign-process-crashed = process crashed
sign-exception = unhandled error
sign-complaint = something failed
sign-command-status = command failed
sign-target-failed = a service that is called failed
sign-server-error = server error
sign-db-connections = no database connections left
sign-db-terminated = database connection terminated
sign-db-shutdown = database stopping
sign-db-crash = database crash
sign-db-started = database ready
sign-db-deadlock = deadlock
sign-db-lock-timeout = lock timeout
sign-db-lock-wait = waiting for a lock
sign-db-statement-timeout = query timeout
sign-db-unreachable = database unreachable
sign-db-panic = database panic
sign-no-space = no space left
sign-quota-exceeded = disk quota exceeded
sign-read-only = file system read-only
sign-io-error = disk error
sign-unit-stopping = service stopping
sign-unit-started = service started
sign-unit-killed = service killed
sign-unit-failed = service failed
sign-stop-timeout = stop took too long
sign-package-upgrade = package upgrade
sign-shutdown-began = shutdown
sign-power-failed = power failure
sign-power-back = power is back
sign-boot-began = boot
sign-unclean-end = unclean shutdown
sign-clock-step = clock change
sign-lines-lost = log lines lost
sign-logs-rotated = log rotation
sign-dns-failure = name resolution failed
sign-dns-unknown-name = unknown name
sign-network-unreachable = network unreachable
sign-link-down = link down
sign-link-up = link up
sign-ports-exhausted = no local ports left
sign-too-many-files = too many open files
sign-task-hard-limit = task time limit
sign-task-soft-limit = task soft time limit
sign-task-worker-lost = task process lost
sign-broker-lost = broker lost
sign-broker-restored = broker restored
sign-task-ended = task ended
sign-job-noted = job
sign-job-stopped-by-person = stopped by a person
sign-job-daily-limit = daily limit reached
sign-job-worker-lost = Vigie ended during the job
sign-job-defect = internal error
sign-job-account = sending account unusable
sign-job-unprepared = preparation cut off
sign-misconfigured = setting or module missing
sign-job-settings = settings refused
sign-job-reported = failure reported by the program
sign-job-target-failed = service did not answer as expected
sign-job-command-failed = command failed
sign-job-time-limit = time limit reached
