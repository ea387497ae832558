### Pairs of DHIS2 instances that are kept equal.

syncs-title = DHIS2 syncs
syncs-lead = Each sync copies what changes on the source to the target, then reads the target again to verify it.
help-dhis2-about = Keeping two DHIS2 instances equal: set up, plan, run, and prove it.
syncs-none = No syncs yet
syncs-none-help = Add a sync from the terminal. It will appear here.
syncs-example = Adding a sync
syncs-configurations = Configurations
syncs-history = Latest runs
syncs-number-active = Automatic
syncs-number-running = Running now
syncs-number-written = Written in the last 24 hours
syncs-number-failed = Failed runs in the last 24 hours
syncs-of-total = of { $total }
syncs-objects-and-values = objects and values
sync-name = Configuration
sync-next = Next check
sync-next-run = Next run
sync-last = Last run
sync-never = Not run yet
sync-by-hand-only = Manual
sync-soon = Now
sync-start = Start
sync-stop = Stop
sync-run = Run now
sync-plan-new = Create a plan
sync-check = Check
sync-ledger = Ledger
sync-source = Source
sync-target = Target
sync-state-running = Running
sync-state-resting = Waiting to retry
sync-state-active = Automatic
sync-state-scheduled = Scheduled
sync-state-stopped = Stopped
sync-rests-until = Retries after { $time }
sync-run-planning = Comparing metadata
sync-run-metadata = Writing metadata
sync-run-planning-values = Comparing values
sync-run-values = Writing values
sync-run-planning-completeness = Comparing completeness
sync-run-completeness = Writing completeness
sync-run-planning-tracker = Comparing tracker data
sync-run-tracker = Writing tracker data
sync-run-succeeded = Succeeded
sync-run-failed = Failed
sync-run-incomplete = Incomplete
sync-runs = Runs
sync-runs-none = No runs yet
sync-runs-none-help = Create a plan to see what would be written, or run the sync now.
sync-begun = Started
sync-began-automatic = Automatic
sync-began-by-hand = Manual
sync-began-plan = Manual, from a plan
sync-outcome = Result
sync-written = Written
sync-errors = Not written
sync-took = Duration
sync-plans = Plans
sync-plans-none = No plans yet.
sync-plan-writes-n = { $n ->
    [0] nothing to write
    [one] { $shown } to write
   *[other] { $shown } to write
}
sync-settings = Settings
sync-mode = Mode
sync-mode-manual = Manual
sync-mode-automatic = Automatic, every { $time }
sync-mode-scheduled = Scheduled: { $when }
sync-zone = Time zone
sync-cooldown = Wait after a failure
sync-rate = Runs per hour
sync-metadata = Metadata
sync-metadata-all = All types
sync-values = Data values
sync-completeness = Completeness
sync-tracker = Tracker
sync-files = Files
sync-org-unit = Below organisation unit
sync-conflict = When both sides changed
sync-conflict-source = The source wins
sync-conflict-target = The target wins
sync-conflict-stop = Nothing is written and the conflict is reported
sync-sharing = Sharing
sync-sharing-keep = Kept as on the target
sync-sharing-copy = Copied from the source
sync-delete = Deletions
sync-delete-off = Off
sync-delete-on = Applied, up to { $percent } of each type
sync-map = Mappings
sync-yes = Yes
sync-no = No
sync-seen = Up to date as of
sync-known = Known objects
sync-refused-n = { $n ->
    [one] { $shown } could not be written
   *[other] { $shown } could not be written
}
sync-said-started = Sync started. The source is now checked regularly.
sync-said-manual = Sync started, but its mode is manual: it only runs when you ask.
sync-said-stopped = Sync stopped. A run in progress will finish.
sync-said-run = The run is about to start.
sync-checked = Check
sync-checked-lead = What could prevent a run
sync-check-good = No problems found
sync-check-good-help = Both instances respond, and the accounts have the permissions they need.
sync-check-again = Check again
sync-finding-version = Unsupported version
sync-finding-version-help = Vigie supports 2.38 to 2.43. Try it on copies of both instances first.
sync-finding-authority = Missing authority
sync-finding-authority-help = Give the account a role with the authority ALL, or some objects may be refused.
sync-finding-clock = Clocks out of sync
sync-finding-clock-help = Synchronise the clocks of both servers (NTP).
sync-finding-calendar = Different calendars
sync-finding-calendar-help = Periods do not mean the same on both sides. Use the same calendar.
sync-finding-map-both-ways = Mapping in both directions
sync-finding-map-both-ways-help = A mapping only works in one direction. Remove it, or remove the configuration for the other direction.
sync-finding-org-units = No organisation units
sync-finding-org-units-help = Assign the account the organisation units whose data it should read and enter.
sync-finding-default = Duplicate or missing “default” objects
sync-finding-default-help = Each type must have exactly one object named “default”. Delete or rename the others.
sync-finding-duplicate-code = Duplicate codes
sync-finding-duplicate-code-help = Give each object a unique code: DHIS2 rejects duplicates.
sync-plan = Plan
sync-plan-lead = What a run would write. Nothing has been written yet.
sync-plan-frozen = Running this plan writes exactly what is listed here, or nothing if either side has changed since.
sync-plan-run = Run this plan
sync-plan-run-title = Run this plan?
sync-plan-run-deletes = { $n ->
    [one] { $shown } object will be permanently deleted from the target.
   *[other] { $shown } objects will be permanently deleted from the target.
}
sync-plan-equal = Both sides are equal
sync-plan-equal-help = There is nothing to write.
sync-plan-held = More than { $percent } of a type would be deleted: { $types }. Automatic runs never do that. Running this plan does.
sync-plan-blocked = Rejected by the target
sync-plan-validated = Validated by the target: nothing would be rejected.
sync-plan-unasked = { $n ->
    [one] { $shown } tracker record could not be validated: it uses metadata that the target does not have yet. Run the metadata first, then validate again.
   *[other] { $shown } tracker records could not be validated: they use metadata that the target does not have yet. Run the metadata first, then validate again.
}
sync-plan-validate = Validate with the target
sync-plan-effort = About { $requests } requests, { $time }
sync-plan-counts = By type
sync-plan-changes = Objects
sync-plan-sets = Values, by data set
sync-plan-moved = Changed since the plan was made
sync-plan-unread = The instances could not be read, so names and properties are not shown.
sync-type = Type
sync-data-set = Data set
sync-create = Create
sync-update = Update
sync-delete-n = Delete
sync-equal = Equal
sync-kept = Left as is
sync-conflicts = Conflicts
sync-extra = Only on target
sync-write = To write
sync-on-source = On source
sync-on-target = On target
sync-object = Object
sync-property = Property
sync-before = Before
sync-after = After
sync-nothing = empty
sync-action-create = Create
sync-action-update = Update
sync-action-delete = Delete
sync-action-equal = Equal
sync-action-kept = Left as is
sync-action-conflict = Conflict
sync-action-extra = Only on target
sync-run-title = Run
sync-run-progress = Progress
sync-run-jobs = Jobs
sync-run-counts = Comparison
sync-run-none = There was nothing to write.
sync-rows-values = { $n ->
    [one] { $shown } value
   *[other] { $shown } values
}
sync-rows-registrations = { $n ->
    [one] { $shown } completed data set
   *[other] { $shown } completed data sets
}
sync-see-refused = See what was not written
sync-why-unauthorized = { $host } rejected the account. Check its token, or its user name and password.
sync-why-forbidden = The account is not allowed to read or change { $what } on { $host }. Give it the required authority.
sync-why-busy = { $host } is starting up or busy. Vigie will retry.
sync-why-too-large = { $host } does not accept requests of this size.
sync-why-no-answer = { $host } did not respond. Vigie will retry.
sync-why-no-connection = { $how ->
    [refused] { $host } refused the connection. Check that the instance is running and that its address is correct.
    [name] The name { $host } could not be found. Check the address of the instance.
    [timeout] { $host } did not respond in time. Vigie will retry.
    [certificate] The certificate of { $host } is not trusted.
   *[other] { $host } cannot be reached. Vigie will retry.
}
sync-why-incomplete-answer = { $host } sent an incomplete response ({ $what }). It was ignored.
sync-why-emptied = { $host } no longer returns any { $what }, although it did before. Check that the account can still read them. If they were deleted, create a plan and run it. Nothing was deleted from the target.
sync-why-refused = { $host } rejected a request ({ $what }: { $status } { $code }).
sync-why-no-secret = No token or password is stored. Add one with “vigie sync add { $name }”.
sync-why-plan-moved = One side has changed since the plan was created. Create a new one.
sync-why-job-gone = Its job no longer exists.
sync-why-job-ended = Its job was stopped.
sync-why-held = { $count } objects would be deleted ({ $types }), which is more than the limit. Create a plan, review it, and run it.
sync-why-conflicts = { $count } objects or values changed on both sides and were left as they are.
sync-why-not-written = { $count } items were not written.
sync-why-wrong-name = The name is empty, too long, a number, or contains a slash. Choose another.
sync-why-too-many = There are already { $most } configurations. Remove one first.
sync-why-no-plan = There is no plan { $id }. Create a new one.
sync-why-going-on = { $name } is already running. Wait until it ends.
sync-why-unreadable-settings = The settings of { $name } cannot be read. Add it again.
sync-why-wrong-address = “{ $name }” is { $url }. Enter https:// and the address of the instance.
sync-why-address-with-more = “{ $name }” contains a user name, a password or a query. Enter the address alone.
sync-why-same-instance = The source and the target are the same instance. Enter two.
sync-why-unknown-type = “metadata” contains { $kind }, which Vigie does not copy. The types are { $types }.
sync-why-wrong-percent = “max_delete_percent” is { $percent }. Enter 0 to 100.
sync-why-wrong-seconds = “{ $name }” is { $seconds }. Enter 10 seconds to one week.
sync-why-no-schedule = The mode is “scheduled” and there is no “schedule”. Enter one, such as “0 2 * * *”.
sync-why-wrong-schedule = “schedule”: { $why }
sync-why-map-is-file = “map” names the file { $file }. Send its lines, or let “vigie sync add” read it.
sync-why-map-too-long = “map” has { $count } lines. At most { $most } are read.
sync-why-map-unknown-type = “map”, line { $line }: Vigie does not copy { $kind }. Enter a type.
sync-why-map-wrong-line = “map”, line { $line }: enter the type, the ID or code on the source, and the ID on the target.
sync-why-map-doubled = “map”, line { $line }: { $uid } appears twice. Each target may appear once.
sync-why-other = Something unexpected happened.
sync-ledger-lead = Objects that are equal on both sides, and those that could not be written.
sync-ledger-none = Nothing yet
sync-ledger-none-help = The first run fills this ledger.
sync-ledger-no-match = Nothing matches
sync-ledger-only = Show
sync-ledger-all = Everything
sync-ledger-failed = Not written
sync-ledger-uid = Identifier (UID)
sync-ledger-when = Verified
sync-ledger-hash = Hash
sync-ledger-equal = Equal
sync-ledger-any-type = Any type
sync-problem-rejected = Rejected by the target ({ $code }).
sync-problem-depends-on = Not written: it refers to { $uid }, which could not be written.
sync-problem-not-kept = Accepted by the target, but not saved as sent: { $property }.
sync-problem-source-moved = Changed on the source during the run. The next run will write it.
sync-problem-unauthorized = The instance rejects the account. Check its token, or its user name and password.
sync-problem-busy = The instance is starting or busy. Vigie will try again automatically.
sync-problem-incomplete-answer = The instance’s response is incomplete. Vigie will try again automatically.
sync-problem-too-large = The instance rejects this object because of its size.
sync-problem-refused = The instance rejected the request ({ $status } { $code }).
sync-problem-other = Not written ({ $code }).
maintenance-dhis2-sync = Run DHIS2 syncs
deed-sync-change = Changed a DHIS2 sync
deed-sync-start = Started a DHIS2 sync
deed-sync-stop = Stopped a DHIS2 sync
deed-sync-run = Ran a DHIS2 sync
deed-sync-plan = Created a plan of a DHIS2 sync
deed-sync-check = Checked a DHIS2 sync
deed-sync-compare = Compared the two sides of a DHIS2 sync
