### Celery clusters.

celery-title = Celery
celery-lead = The workers, queues and tasks of your Celery applications. The history is kept after a restart.
help-celery-about = Celery applications: workers, queues and tasks.
celery-none = No Celery applications yet
celery-none-help = Tell Vigie where your application’s broker is, in vigie.toml, then restart Vigie. The application itself stays as it is.
celery-example = What to add to vigie.toml
celery-brokers = Brokers
celery-broker = Broker
celery-connecting = Connecting
celery-connected = Connected
celery-away = Unreachable
celery-away-help = Vigie tries again every minute. What happens meanwhile is not recorded; everything recorded before is still here.
celery-last-event = Last event
celery-events = Events
celery-events-help = Since Vigie started
celery-never = none yet
celery-unread-n = { $n ->
    [one] { $shown } message could not be read
   *[other] { $shown } messages could not be read
}
celery-dropped-n = { $n ->
    [one] { $shown } message was dropped: too many arrived at once
   *[other] { $shown } messages were dropped: too many arrived at once
}
celery-workers = Workers
celery-worker = Worker
celery-workers-none = No worker seen yet. It appears here a few seconds after it starts.
celery-pool = Pool
celery-active = Active tasks
celery-processed = Processed
celery-load = Load
celery-sign = Last heartbeat
celery-online = Online
celery-offline = Stopped
celery-lost = Lost
celery-queues = Queues
celery-queue = Queue
celery-queues-none = No queue is known yet.
celery-waiting = Waiting
celery-unacked = Fetched by workers
celery-consumers = Workers
celery-counted = Counted
celery-left = no worker takes tasks from this queue
celery-tasks = Tasks
celery-see-tasks = Open the tasks
celery-day = Tasks in the last 24 hours
celery-day-none = No task in the last 24 hours.
celery-tasks-lead = All tasks reported by the workers, newest first.
celery-tasks-none = No tasks yet
celery-tasks-none-help = Tasks appear here as soon as a worker receives one.
celery-tasks-no-match = No task matches
celery-task = Task
celery-q = Name, ID or arguments
celery-when = Received
celery-runtime = Run time
celery-reach = searched back to { $until }
celery-reach-none = No task found back to { $until }
celery-reach-more = No further task found back to { $until }
celery-pending = Waiting
celery-received = Received
celery-started = In progress
celery-success = Succeeded
celery-failure = Failed
celery-retry = To be retried
celery-revoked = Revoked
celery-rejected = Rejected
celery-args = Arguments
celery-kwargs = Named arguments
celery-retries = Retries
celery-eta = Not before
celery-expires = Expires
celery-signal = Stopped by signal
celery-why-revoked = Reason
celery-has-expired = It had expired
celery-client = Sent by
celery-at-sent = Sent
celery-at-received = Received
celery-at-started = Started
celery-at-succeeded = Succeeded
celery-at-failed = Failed
celery-at-retried = To be retried
celery-at-revoked = Revoked
celery-at-rejected = Rejected
celery-story = History
celery-details = Details
celery-result = Result
celery-error = Error
celery-error-earlier = Error of an earlier attempt
celery-family = Related tasks
celery-this-one = this task

deed-celery-order = Sent a command to a Celery application
deed-celery-shutdown = Stopped a Celery worker
deed-celery-purge = Emptied a Celery queue

celery-revoke = Revoke
celery-terminate = Revoke and stop
celery-said-done = Done.
celery-said-nobody = No worker answered, so it is not known whether anything changed.
celery-said-refused = A worker refused: { $why }
celery-said-purged = { $n ->
    [one] { $shown } message was deleted.
   *[other] { $shown } messages were deleted.
}
celery-said-holds = { $n ->
    [one] Nothing was deleted: the queue now holds { $shown } message. Check it, then confirm again.
   *[other] Nothing was deleted: the queue now holds { $shown } messages. Check them, then confirm again.
}
celery-queue-holds = { $n ->
    [one] { $shown } message waiting
   *[other] { $shown } messages waiting
}
celery-purge-title = Empty this queue
celery-purge-empty = There is nothing to delete.
celery-purge-help = { $n ->
    [one] The task that waits here will never run. This cannot be undone.
   *[other] The { $shown } tasks that wait here will never run. This cannot be undone.
}
celery-purge = { $n ->
    [one] Delete { $shown } message
   *[other] Delete { $shown } messages
}
celery-pid = Process ID
celery-uptime = Running for
celery-prefetch = Tasks fetched ahead
celery-max-tasks = Tasks per process
celery-limits = Time limits (soft / hard)
celery-transport = Connection
celery-software = Software
celery-kinds = Kinds of tasks
celery-by = Processes
celery-grow = Add
celery-shrink = Remove
celery-min = At least
celery-max = At most
celery-autoscale = Adjust automatically
celery-restart = Restart the processes
celery-consume = Take tasks from it
celery-leave = Stop taking tasks from it
celery-limits-title = Limits
celery-rate = Rate
celery-set-rate = Limit the rate
celery-soft = Soft limit (s)
celery-hard = Hard limit (s)
celery-set-time = Limit the time
celery-shutdown-title = Shut down
celery-shutdown-help = The worker finishes the tasks it is running, then stops. Vigie cannot start it again.
celery-shutdown = Shut down this worker
