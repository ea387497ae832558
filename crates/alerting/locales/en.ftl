# Messages to channels. `what-…` names a rule of a kind, `rule-…` says what it looks at, `limit-…` what its limit is called, `how-…` how bad it is.

what-new_issue = New issue
what-regression = Regressed issue
what-error_rate = Too many errors
what-response_time = Slow endpoint
what-failed_job = Job failed
what-left-mailing = Mailing finished, { $left }
what-left-job = Job finished, { $left }
left-undelivered = { $n ->
    [one] { $shown } not delivered
   *[other] { $shown } not delivered
}
left-failed = { $n ->
    [one] { $shown } failed
   *[other] { $shown } failed
}
left-unconfirmed = { $n ->
    [one] { $shown } unconfirmed
   *[other] { $shown } unconfirmed
}
what-success_rate = Low success rate
what-log_pattern = Log lines match
what-missed_check_in = Missed check-in
what-check_down = Check down
what-check_late = Check late
what-worker_lost = Worker lost
what-celery_worker_lost = Celery worker lost
what-celery_queue = Celery queue too long
what-celery_failures = Celery tasks failing
what-celery_stuck = Celery task stuck
what-disk_nearly_full = Disk nearly full

rule-new_issue = an issue is seen for the first time
rule-regression = a resolved issue is seen again
rule-error_rate = { $n ->
    [one] more than { $shown } error in { $within }
   *[other] more than { $shown } errors in { $within }
}
rule-response_time = 95% of requests to an endpoint take more than { $shown } ms, over { $within }
rule-failed_job = a job fails, stops until someone acts, or ends with failed items
rule-success_rate = less than { $shown }% of items succeed, over { $within }
rule-log_pattern = { $n ->
    [one] at least { $shown } log line matches in { $within }
   *[other] at least { $shown } log lines match in { $within }
}
rule-missed_check_in = no log line matches for { $within }
rule-check_down = a check fails, or is not heard from in time
rule-check_late = a check is not heard from when it is due
rule-worker_lost = a worker stops responding
rule-celery_worker_lost = a Celery worker stops responding
rule-celery_queue = { $n ->
    [one] more than { $shown } message waits in a Celery queue
   *[other] more than { $shown } messages wait in a Celery queue
}
rule-celery_failures = { $n ->
    [one] more than { $shown } Celery task of a name fails in { $within }
   *[other] more than { $shown } Celery tasks of a name fail in { $within }
}
rule-celery_stuck = a Celery task runs for longer than { $within }
rule-disk_nearly_full = less than { $shown }% of the disk is free
limit-error_rate = More errors than
limit-response_time = Longer than (ms)
limit-success_rate = Success rate below (%)
limit-log_pattern = Minimum number of lines
limit-celery_queue = More messages than
limit-celery_failures = More failures than
limit-disk_nearly_full = Free space below (%)

how-new_issue = { $n ->
    [one] An issue was seen for the first time.
   *[other] { $shown } issues were seen for the first time. The last one:
}
how-regression = { $n ->
    [one] A resolved issue was seen again.
   *[other] { $shown } resolved issues were seen again. The last one:
}
how-error_rate = { $value } errors in { $within }. The rule: { $rule }.
how-response_time = 95% of requests took up to { $value } ms over the last { $within }. The rule: { $rule }.
how-failed_job = { $has_value ->
    [yes] { $value }% of its items failed or are unconfirmed.
   *[no] It failed, or stopped until somebody acts.
}
how-left-mailing = The other messages were sent. To review: { $left }.
how-left-job = The other items succeeded. To review: { $left }.
how-not-started = The scheduled run could not be started.
how-success_rate = { $value }% of items succeeded over the last { $within }. The rule: { $rule }.
how-log_pattern = { $value } log lines matched in { $within }. The rule: { $rule }.
how-missed_check_in = No log line has matched for { $within }.
how-check_down = { $why }
how-check_late = It was due and has not been heard from yet.
how-worker_lost = It stopped responding without announcing that it was stopping.
how-celery_worker_lost = It stopped responding without announcing that it was stopping.
how-celery_queue = { $value } messages are waiting. The rule: { $rule }.
how-celery_failures = { $value } tasks failed in { $within }. The rule: { $rule }.
how-celery_stuck = It has been running for longer than { $within }.
how-disk_nearly_full = { $value }% of the disk is free. The rule: { $rule }.

# Why a check is down.
why-missed = It was not heard from in time.
why-failed = It reported a failure.
why-exited = It ended with an error.
why-too_long = It has been running for too long.
why-too_little = It ended well but did less than expected.
why-unreachable = It does not answer.
why-refused = It leads to an address that Vigie is not allowed to reach.
why-status = It answered with an unexpected status.
why-text = Its answer does not contain the expected text.
why-slow = It answered too slowly.
why-certificate = Its certificate has expired or expires soon.
why-redirects = It redirects too often.
why-name = Its name does not lead to the expected address.

issues-new = { $n ->
    [one] { $shown } new issue: { $name }
   *[other] { $shown } new issues: { $name }
}
issues-regressed = { $n ->
    [one] { $shown } regressed issue: { $name }
   *[other] { $shown } regressed issues: { $name }
}
title-of = { $what }: { $name }
title-others = { $n ->
    [one] { $about }, and { $shown } more
   *[other] { $about }, and { $shown } more
}
title-resolved = Resolved: { $about }
title-escalated = Not acknowledged: { $about }
title-test = Test: { $name }

text-test = This is a test. Vigie’s alerts arrive here.
text-resolved = It lasted { $lasted }.
text-escalated = It has gone on for { $lasted }, and nobody has acknowledged it.

label-severity = Severity
label-since = Since
label-until = Until
label-count = Count
label-others = Also
label-example = Last example
severity-info = Info
severity-warning = Warning
severity-critical = Critical
and-others = { $n ->
    [one] { $names } and { $shown } more
   *[other] { $names } and { $shown } more
}

link-act = Open and acknowledge
link-see = Open
note-late = This message was delayed by { $delay }: it could not be delivered before.
note-doubtful = You may have received this message already.
mail-why = You receive this email because an alert channel in Vigie includes this address.

moment = { $day } { $month } { $year }, { $time }

error-timeout-plain = No answer in time.
error-timeout = { $host } does not answer in time.
error-channel-deleted = The channel was deleted.
error-message = The message cannot be read: another version of Vigie wrote it.
error-url = The channel’s address cannot be read. Enter it again.
error-key = The channel’s signing key cannot be read. Enter it again.
error-token = The channel’s token cannot be read. Enter it again.
error-no-account = There is no sending account { $name }.
error-status = The service answered { $status }
error-status-said = The service answered { $status }: { $said }
error-inner-address = { $host } leads to an address of your network. To allow it, add it to alert-networks in vigie.toml.
error-certificate = The certificate of { $host } is not valid.
error-name = The name { $host } leads nowhere.
error-tls = No encrypted connection to { $host } could be made. Check that its address begins with https.
error-channel = The settings of the channel cannot be read. Enter them again.
error-refused = { $host } refuses the connection.
error-unreachable = { $host } cannot be reached.
error-cut-off = { $host } closed the connection.
