### Projects, issues and their events.

## Projects

projects-title = Projects
projects-lead = Each application that reports its errors to Vigie is a project.
projects-new = New project
projects-none = No projects yet
projects-none-help = Create a project for each application. Its page gives the lines to add to your code.
projects-open-issues = Open issues
projects-first-event = First event
project-name = Project name
project-name-hint = The name of the application, such as “Shop”.
project-name-bad = Enter a name of 1 to { $n } characters.
project-platform = Platform
project-browser = JavaScript in the browser
project-other = Other
project-create = Create project
project-created = Created { $time }
project-waiting = Waiting for the first event
project-waiting-help = Add the lines below to your application, then trigger an error. This page updates automatically.
project-received = First event received at { $time }.
project-see-issues = View issues
project-setup = Setup
project-dsn-lead = Vigie accepts the official Sentry SDKs. Use this DSN:
project-no-key = All keys are disabled. Add a key to receive events again.
project-keys = Keys
project-key-add = Add key
project-key-disable = Disable key
project-key-disabled = Disabled { $time }
project-settings = Project settings
project-remove = Delete project
project-remove-title = Delete project { $name }?
project-remove-issues = { $n ->
    [0] This project has no issues.
    [one] This deletes the project and its issue.
   *[other] This deletes the project and its { $n } issues.
}
project-remove-text = Its events, transactions, releases, source maps and feedback are deleted too, and its keys stop working. This cannot be undone.
project-secrets = Sensitive data
project-scrubs = Remove passwords, tokens and bank numbers before storage
project-scrub-emails = Mask email addresses
project-scrub-ip = Remove IP addresses
project-scrub-keys = Additional fields to remove
project-scrub-keys-hint = One field name per line. Its values are never stored.
project-kept-keys = Fields to keep
project-kept-keys-hint = One field name per line, for fields that are removed by mistake.
project-patterns = Patterns to mask
project-patterns-hint = One regular expression per line.
project-pattern-bad = One of these patterns is not a valid regular expression.
project-quota = Quota
project-per-minute = Events per minute
project-per-minute-hint = Further events are rejected, and the application is told when to try again.
project-dropped = Not stored in the last 30 days
project-dropped-what = Type
project-dropped-why = Reason
project-dropped-count = Count
dropped-quota = Quota exceeded
dropped-too-large = Too large
dropped-duplicate = Already received
dropped-malformed = Unreadable
dropped-not-kept = Not stored by Vigie

## Issues

issues-title = Issues
issues-issue = Issue
issues-open = Open
issues-regressed = Regressed
issues-ignored = Ignored
issues-resolved = Resolved
issues-all = All
issues-none = No issues
issues-none-help = Errors reported by your applications appear here.
issues-no-match = No issue matches
issues-no-project = No application reports its errors yet
issues-no-project-help = Create a project, then add its DSN to your application. Errors then appear here.
issues-text = Title or location
issues-project = Project
issues-any-project = All projects
issues-level = Level
issues-any-level = All levels
issues-tag = Tag
issues-sort = Sort by
issues-sort-last-seen = Last seen
issues-sort-first-seen = First seen
issues-sort-last-day = Events in 24 hours
issues-sort-events = Events
issues-sort-users = Users
issues-choose = Select the issues to update.
issues-keys = Keys: j and k to move, x to select, r to resolve, Enter to open
issues-last-day = Last 24 hours
issues-events = Events
issues-users = Users
issues-seen = Last seen
issues-since = since { $time }
issues-reach = first { $n } issues searched
issues-day-n = { $n ->
    [one] { $shown } event in 24 hours
   *[other] { $shown } events in 24 hours
}
issue-new = New
issue-ongoing = Ongoing
issue-resolved = Resolved
issue-ignored = Ignored
issue-regressed = Regressed
issue-resolved-release = in release { $release }
issue-resolved-next = in the next release
issue-ignored-time = until { $time }
issue-ignored-events = until { $events } events in total
issues-merge = Merge
issues-merge-few = Select at least two issues to merge.
issues-merge-refused = Only issues of the same project can be merged.
issue-groups = Groups
issue-groups-help = Select the groups to turn into separate issues. At least one group stays.
issue-group-n = { $n ->
    [one] { $shown } event
   *[other] { $shown } events
}
issue-split = Split selected groups
issue-split-refused = At least one group must stay in the issue.
issue-said-split = Groups split from the issue.
issue-resolve = Resolve
issue-resolve-next = Resolve in next release
issue-ignore = Ignore
issue-ignore-forever = Forever
issue-ignore-week = For one week
issue-ignore-events = Until 100 more events
issue-reopen = Reopen
issue-assignee = Assignee
issue-assign = Assign
issue-assigned-to = Assigned to { $name }
issue-nobody = Nobody
issue-first-seen = First seen
issue-last-seen = Last seen
issue-tags = Tags
issue-tag-others = Other
issue-no-event = No event is stored any more
issue-no-event-help = The events of this issue are older than the retention period.
issue-activity = Activity
issue-activity-none = Nothing has been done yet.
issue-comment = Comment
issue-comment-add = Add comment
issue-said-resolved = Issue resolved.
issue-said-ignored = Issue ignored.
issue-said-reopened = Issue reopened.
issue-said-assigned = Assignee changed.
issue-said-comment = Comment added.
activity-resolved = { $who } resolved the issue.
activity-resolved-release = { $who } resolved the issue in release { $release }.
activity-resolved-next = { $who } resolved the issue in the next release.
activity-ignored = { $who } ignored the issue.
activity-ignored-time = { $who } ignored the issue until { $time }.
activity-ignored-events = { $who } ignored the issue until { $events } events in total.
activity-reopened = { $who } reopened the issue.
activity-restored = { $who } restored the previous state.
activity-comment = { $who } commented:
activity-merged = { $who } merged issues into this one.
activity-unmerged = { $who } split this issue.
activity-assigned = { $who } assigned the issue to { $name }.
activity-unassigned = { $who } removed the assignee.
activity-regressed = The issue occurred again and was reopened.
activity-unignored = The issue is no longer ignored.
activity-aged = The issue is no longer new.

## One event

event-title = Event
event-older = Previous
event-newer = Next
event-client-time = Time reported by the application
event-release = Release
event-environment = Environment
event-transaction = Transaction
event-server = Server
event-logger = Logger
event-platform = Platform
event-sdk = SDK
event-trace = Trace
event-logs-trace = Logs of this trace
event-logs-minute = Logs of this minute
event-message = Message
event-caused-by = Caused by
event-stack = Stack trace
event-handled = handled
event-unhandled = unhandled
event-library-n = { $n ->
    [one] { $shown } library frame
   *[other] { $shown } library frames
}
event-breadcrumbs = Breadcrumbs
event-request = Request
event-query = Query
event-body = Body
event-headers = Headers
event-cookies = Cookies
event-env = Server environment
event-curl = Request as a curl command
event-user = User
event-tags = Tags of this event
event-contexts = Device and runtime
event-extra = Additional data
event-modules = Installed packages
event-removed = removed
event-removed-n = { $n ->
    [one] { $shown } sensitive value removed
   *[other] { $shown } sensitive values removed
}
event-problems-n = { $n ->
    [one] { $shown } field shortened or unreadable
   *[other] { $shown } fields shortened or unreadable
}
event-why-grouped = Why these events are grouped
event-hashes = Group:
removed-key = Name of a sensitive field
removed-credentials = Credentials
removed-token = Token or private key
removed-bank-number = Bank number
removed-email = Email address
removed-ip-address = IP address
removed-pattern = Pattern of the project
unmapped-no-map = Minified code: no source map has been uploaded for this build.
unmapped-no-debug-id = Minified code: the file has no debug ID, and no source map has been uploaded for it in this release. Run sentry-cli sourcemaps inject before you deploy.
unmapped-other-build = Minified code: the uploaded source maps belong to other builds.
unmapped-unusable = Minified code: the source map cannot be read.
unmapped-too-large = Minified code: the source map is too large.
unmapped-no-position = Minified code: the line or the column is missing.
unmapped-out-of-range = Minified code: the source map does not cover this position.
basis-fingerprint = The application sets the group itself (fingerprint).
basis-fingerprint-and-default = The application refines the group (fingerprint).
basis-exceptions = Grouped by exceptions and their stack traces.
basis-stack-trace = Grouped by stack trace.
basis-security-report = Grouped by policy and blocked host.
basis-message = Grouped by message, without its variable parts.
part-what = Element
part-is = Value
part-counts = Used for grouping
part-counted = yes
part-fingerprint = Fingerprint
part-type = Exception type
part-value = Exception value
part-message = Message
part-directive = Directive
part-blocked-host = Blocked host
part-module = Module
part-file = File
part-function = Function
part-line = Source line
part-frame = Frame
left-not-in-app = Library code
left-recursion = Recursive call
left-nothing-told = No location
left-inlined = Depends on the interpreter
left-module-known = The module is used
left-function-known = The function is used
left-line-known = The source line is used
left-anonymous = Anonymous
left-not-a-script = Page or generated file
left-long-line = Line too long
left-stack-known = The stack trace is used
left-type-known = The type is used
left-synthetic = Added by the SDK
left-group = Only groups other exceptions
left-repeated = Repeated exception
left-fingerprint-known = The fingerprint is used

## What was done, in the audit log

deed-project-new = Created a project
deed-project-change = Changed project settings
deed-project-key-add = Added a project key
deed-project-key-disable = Disabled a project key
deed-project-remove = Deleted a project
deed-issue-change = Changed several issues
deed-issue-resolve = Resolved an issue
deed-issue-ignore = Ignored an issue
deed-issue-reopen = Reopened an issue
deed-issue-assign = Assigned an issue
deed-issue-comment = Commented on an issue
deed-issue-merge = Merged issues
deed-issue-split = Split an issue
event-trace-page = View trace
event-job = Raised by job
event-item = item
