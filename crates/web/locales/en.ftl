### The words of the pages. Each identifier stands in every file of this folder.

month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

## Frame

skip = Skip to main content
menu-title = Main menu
menu-short = Menu
menu-new = New mailing
menu-jobs = Jobs
menu-traces = Traces
menu-accounts = Sending accounts
menu-workers = Workers
menu-administration = Administration
menu-users = Users
menu-tokens = API tokens
menu-audit = Audit log
menu-logout = Log out
language = Language
language-fr = Français
language-en = English
language-fr-short = FR
language-en-short = EN
theme = Theme
theme-auto = System
theme-light = Light
theme-dark = Dark
save = Save
cancel = Cancel
keep = Go back
never = Never
today = today
details = Details
actions = Actions
just-now = just now
ago = { $time } ago
valid-until = Valid until { $time }.
pager = Pages
pager-of = { $shown } of { $total }
pager-shown = { $n ->
    [one] { $shown } row
   *[other] { $shown } rows
}
pager-first = First page
pager-next = Next page
pager-further = Search further back
pager-stop = Stop the search
choose-all = Select all

## States

state-preparing = Preparing
state-pending = Waiting
state-running = Running
state-paused = Paused
state-completed = Completed
state-failed = Failed
state-cancelled = Cancelled
standing-undelivered = Completed, { $failed } not delivered
standing-failed = Completed, { $failed } failed
standing-nothing-sent = Nothing was sent
standing-nothing-done = Nothing was done
nothing-sent-why = { $n ->
    [one] The recipient on this list had already received the mailing.
   *[other] All { $shown } recipients on this list had already received the mailing.
}
standing-uncertain = { $n ->
    [one] Completed, { $shown } unconfirmed
   *[other] Completed, { $shown } unconfirmed
}
item-queued = Waiting
item-running = In progress
item-succeeded = Succeeded
item-failed = Failed
item-unknown = Unconfirmed
item-skipped = Skipped
life-alive = Active
life-lost = Not responding
life-ended = Stopped
kind-mail = Mailing
kind-command = Command
kind-http = HTTP call
kind-dhis2 = DHIS2 sync
kind-report = Report
kind-log_query = Log search
kind-noop = Load test
kind-external = External job
role-viewer = Viewer
role-operator = Operator
role-admin = Administrator
role-viewer-help = Can see jobs, traces, logs and accounts. Cannot change anything.
role-operator-help = Can also send mailings, and pause, resume and retry jobs.
role-admin-help = Can also manage sending accounts, users and API tokens.
rate-second = { $n }/s
rate-minute = { $n }/min
resumes-at = Resumes automatically on { $time }.
reason-by-hand = Stopped by a user.
reason-by-hand-saying = Stopped by a user: { $what }
reason-paused-by = Paused by { $name }.
reason-cancelled-by = Cancelled by { $name }.
reason-paused = Paused until someone resumes it.
reason-daily-limit = The sending account has reached its limit for 24 hours. The remaining messages are waiting; none has failed because of this.
reason-defect = Vigie paused this job after an internal error. Check the job’s log, then resume.
reason-not-started = Preparation was interrupted and nothing was sent. Start again.
reason-account-missing = The sending account no longer exists. Create it again under the same name, or start a new mailing with another account.
reason-account-url = The settings of the sending account are not valid. Correct the account, then resume.
reason-dkim = The DKIM key cannot be read. Check the file and its permissions, then resume.
reason-settings = The job’s settings are not valid. The job’s log says which one.
reason-database = The database is not responding. The job resumes automatically when it does.
reason-secret = The password of the sending account cannot be decrypted on this server. Enter it again on the account’s page, then resume.

## The way in

login-title = Log in
login-name = Username
login-password = Password
login-enter = Log in
login-forgotten = Forgot your password? Ask an administrator for a link to set a new one.
login-wrong = The username or password is incorrect.
login-throttled = Too many attempts. Try again in { $time }.
login-logged-out = You have been logged out.
login-expired = Your session has expired. Log in to continue.
setup-title = Set your password
setup-hello = Hello { $name }
setup-password = Choose a password for your account. This link works only once.
setup-done = Save and log in
setup-gone = This link is no longer valid
setup-gone-help = It has already been used, or it has expired. Ask an administrator for a new link.
password-new = New password
password-again = Confirm the password
password-current = Current password
password-changed = Your password has been changed.
field-required = This field is required.
password-hint = At least { $n } characters. Several words are easier to remember than symbols.

## Dashboard

first-title = Send your first mailing in three steps
first-lead = Nothing has been sent from this server yet.
first-account = Add a sending account
first-account-help = The SMTP server or Gmail address that sends your messages, and its limits.
first-mailing = Create a mailing
first-mailing-help = A list of recipients, their files and a message. Vigie checks everything before it sends.
first-demo = Or try an example first
first-demo-help = Run this in a terminal. No message leaves the machine:
sent-today = Sent today
sent-week = Sent this week
success-rate = Success rate
over-week = over 7 days
active-jobs = Active jobs
completed-jobs = Completed jobs
paused-n = { $n ->
    [one] { $shown } paused
   *[other] { $shown } paused
}
undelivered-n = { $n ->
    [one] { $shown } not delivered
   *[other] { $shown } not delivered
}
uncertain-n = { $n ->
    [one] { $shown } unconfirmed
   *[other] { $shown } unconfirmed
}
more-today = Also today, not included above:
others-n = Items of other jobs: { $done } succeeded, { $failed } failed.
posted-n = Traces from other programs: { $total } (errors: { $errors }).
errors-n = { $n ->
    [one] { $shown } error
   *[other] { $shown } errors
}
failed-n = { $n ->
    [one] { $shown } failed
   *[other] { $shown } failed
}
jobs-n = { $n ->
    [one] { $shown } job
   *[other] { $shown } jobs
}
running-title = Running now
running-none = No job is running.
all-jobs = All jobs
done-of = { $done } of { $total }
left = { $time } left
chart-title = Last 24 hours
chart-sent = { $n ->
    [one] { $shown } sent
   *[other] { $shown } sent
}
chart-says = Last 24 hours: { $sent } sent, { $errors } not delivered.
chart-slot = { $from } – { $until }: { $sent } sent, { $errors } not delivered
chart-table = Show as table
chart-from = Half hour starting at
chart-sent-title = Sent
chart-errors-title = Not delivered
errors-title = Recent failures
errors-all = View all failures
errors-none = No open failures in the last 24 hours.

## Jobs

filter-name = Name
filter-state = State
filter-kind = Type
filter-person = User
filter-since = From
filter-until = To
filter-text = Text
filter-label = Recipient or item
filter-application = Application
filter-flow = Flow
filter-errors = Failed attempts only
filter-apply = Search
filter-clear = Clear filters
any-kind = All types
any-state = All states
jobs-name = Name
jobs-state = State
jobs-progress = Progress
jobs-failed = Failed
jobs-undelivered = Not delivered
jobs-unknown = Unconfirmed
jobs-person = User
jobs-created = Created
jobs-none = No jobs yet
jobs-none-help = Mailings and jobs of other programs appear here.
jobs-no-match = No jobs found
jobs-no-match-help = Try a wider date range, or clear the filters.
job-account = sent with { $name }
job-person = { $name }
job-took = duration: { $time }
job-pause = Pause
job-resume = Resume
job-retry = { $n ->
    [one] Retry { $shown } failed message
   *[other] Retry { $shown } failed messages
}
job-retry-all = Retry failed messages
job-retry-items = { $n ->
    [one] Retry { $shown } failed item
   *[other] Retry { $shown } failed items
}
job-retry-items-all = Retry failed items
job-cancel = Cancel…
job-cancel-title = Cancel permanently?
job-cancel-mailing = { $n ->
    [one] { $shown } recipient will not receive the message. Messages already sent cannot be recalled, and a cancelled mailing cannot be resumed.
   *[other] { $shown } recipients will not receive the message. Messages already sent cannot be recalled, and a cancelled mailing cannot be resumed.
}
job-cancel-items = { $n ->
    [one] { $shown } item will be skipped. Completed items are kept, and a cancelled job cannot be resumed.
   *[other] { $shown } items will be skipped. Completed items are kept, and a cancelled job cannot be resumed.
}
job-cancel-sure = Cancel permanently
job-tabs = Job sections
tab-overview = Overview
tab-undelivered = To review
tab-trouble = Problems
tab-recipients = Recipients
tab-items = Items
tab-traces = Traces
tab-log = Log
tab-timeline = Timeline
tally-sent = Sent
tally-succeeded = Succeeded
tally-failed = Failed
tally-undelivered = Not delivered
tally-unknown = Unconfirmed
tally-skipped = Skipped
tally-remaining = Remaining
tally-rate = Rate
tally-left = Time left
live-on = Live
live-lost = Connection lost. Reconnecting…
live-say-one = { $percent } complete, { $failed } failed
live-say-other = { $percent } complete, { $failed } failed
undelivered-title = To review
trouble-title = Items with problems
undelivered-all = { $n ->
    [one] View { $shown }
   *[other] View all { $shown }
}
undelivered-none = The message was sent to every recipient.
undelivered-none-yet = No failures so far.
undelivered-list = View list
undelivered-wrong = Problem:
unsent-n = { $n ->
    [one] { $shown } message was not sent
   *[other] { $shown } messages were not sent
}
unsent-yet = The mailing is not finished
unsent-all = Nothing was sent
undelivered-nobody = Nothing to review
trouble-nothing = No problems
trouble-none = All items succeeded.
undelivered-who = Recipient or item
undelivered-why = Reason and next step
undelivered-tries = Attempts
undelivered-reply = Server response:
unknown-n = { $n ->
    [one] { $shown } unconfirmed
   *[other] { $shown } unconfirmed
}
unknown-help = The connection or the server failed during delivery, so Vigie cannot tell whether the message was sent. It will not be sent again unless you decide so. Ask the recipient or check the mailbox, then mark the message as sent or not sent.
retry-done = { $n ->
    [one] { $shown } item will be retried
   *[other] { $shown } items will be retried
}
choose-hint = Select rows, then choose an action.
retry-these = Retry selected
settle-sent = Mark as sent
settle-not-sent = Mark as not sent
items-none = No rows match.
items-reach = { $shown } rows searched, up to row { $until }
items-reach-none = No match in the first { $shown } rows, up to row { $until }.
items-reach-more = No match in the next { $shown } rows, up to row { $until }.
items-row = Row
items-detail = Result
job-traces-none = No traces yet. Each attempt adds one.
job-embed = Show the progress on your website
job-embed-help = Paste these lines into a page. The token in them only reads the progress of this job.
log-last = Latest log lines
log-all = View full log
log-whole = Download log
log-search = Search this log
log-none = This job has no log.

## Traces

traces-title = Traces
traces-lead = Each attempt leaves one trace, which is never changed.
traces-csv = Download CSV
items-csv = Download list (CSV)
sheet-recipient = Recipient
sheet-about = Company or name
sheet-file = File
sheet-reply = Server response
traces-when = Time
traces-outcome = Result
traces-what = Details
traces-from = Application
traces-took = Duration
trace-fine = Succeeded
trace-error = Error
trace-sent = Sent to { $to } (Message ID: { $id })
trace-failed = Not sent to { $to }: { $why }
trace-unconfirmed = Delivery to { $to } could not be confirmed: { $why }
told-of = { $who }: { $what }
told-exit = exit status { $n }
told-killed = stopped by signal { $n }
told-time-limit = stopped after { $n } s, its time limit
told-not-started = could not be started: { $why }
told-not-known = it is not known how it ended: { $why }
told-read-equal = written, and equal on both sides when read again
told-read-different = read again, and not on the target as it was sent
told-stopped = stopped with Vigie; it is not known how much was done
line-started = { $name }: started, { $left } of { $total } to do
line-resumed = { $name }: resumed, { $left } of { $total } to do
line-progress = { $done } of { $total } processed, { $rate }
line-item-why = { $name }: { $state }. { $why }
line-lost = { $n ->
    [one] The process stopped during { $shown } item, whose outcome is not known.
   *[other] The process stopped during { $shown } items, whose outcome is not known.
}
line-paused = Paused. { $why }
line-ended = { $state }: { $succeeded } succeeded, { $failed } failed, { $unknown } unconfirmed, { $skipped } skipped
line-query-found = { $n ->
    [0] No lines found from { $since } to { $until }.
    [one] { $shown } line found from { $since } to { $until }.
   *[other] { $shown } lines found from { $since } to { $until }.
}
line-query-newest = { $n ->
    [one] The newest one:
   *[other] The { $shown } newest:
}
line-query-partial = Some of the logs could not be read: lines may be missing.
line-query-sent = { $n ->
    [one] Result sent to { $shown } address.
   *[other] Result sent to { $shown } addresses.
}
line-query-quiet = Nothing is sent: the number of lines is within the limits of the schedule.
told-found = { $n ->
    [0] no lines found
    [one] { $shown } line found
   *[other] { $shown } lines found
}
trace-lost = { $who }: the outcome is not known, because the process stopped.
trace-marked = Marked by a user
trace-marked-sent = { $who }: marked as sent by { $by }
trace-marked-not-sent = { $who }: marked as not sent by { $by }
trace-corrected = Address corrected
trace-corrected-by = { $change }, by { $by }
traces-none = No traces yet
traces-none-help = Traces of your jobs and of other programs appear here.
traces-no-match = No traces found
traces-reach = { $shown } traces searched, back to { $until }
traces-reach-none = No match in the latest { $shown } traces, back to { $until }.
traces-reach-more = No match in the next { $shown } traces, back to { $until }.

## Accounts

accounts-lead = The accounts that send your messages, and how much each can still send.
accounts-new = New sending account
accounts-all = All sending accounts
accounts-none = No sending accounts yet
accounts-none-help = To send a mailing, add an SMTP server or a Gmail address.
account-ready = Ready
account-use = Usage, last 24 hours
account-settings = Settings
account-test = Test connection
account-works = Connection successful
account-works-took = Logged in within { $time }. No message was sent.
account-fails = Connection failed
account-name = Name
account-name-hint = Shown in mailings and traces. It cannot be changed later.
account-create = Add account
account-create-test = Add and test
account-server = Server
account-smtp = SMTP server
account-smtp-hint = Provided by your mail provider or your organisation.
account-gmail = Gmail
account-gmail-hint = Uses the Google API, with a service account or a refresh token.
account-host = Server name
account-port = Port
account-security = Encryption
account-user = Username
account-address = Gmail address
account-secret = Key
account-secret-kept = A password or key is stored, encrypted. Leave empty to keep it.
account-secret-hint = Paste the complete JSON file of the service account. It is stored encrypted and never shown again.
account-limits = Sending limits
account-limits-hint = What your provider allows. Leave empty for no limit. Vigie never exceeds these limits.
security-starttls = STARTTLS (port 587)
security-tls = TLS (port 465)
security-none = None (same machine only)
limit-per-second = Messages per second
limit-per-minute = Messages per minute
limit-per-hour = Messages per hour
limit-daily = Sending attempts in 24 hours
limit-recipients = Recipients in 24 hours
limit-batch-size = Messages per batch
limit-batch-pause = Pause between batches (seconds)
limit-left = { $left } of { $limit } left
limit-none = no daily limit
sent-in-a-day = { $n ->
    [one] { $shown } sending attempt in the last 24 hours
   *[other] { $shown } sending attempts in the last 24 hours
}
recipients-in-a-day = { $n ->
    [one] { $shown } recipient in the last 24 hours
   *[other] { $shown } recipients in the last 24 hours
}

## Workers

workers-lead = Processes that run jobs. If one stops responding, another takes over its work within 15 seconds.
workers-none = No workers running
workers-none-help = Jobs wait until a worker starts. Run “vigie serve” on the server.
workers-name = Name
workers-pid = process { $pid }
workers-jobs = Jobs
workers-flight = In progress
workers-load = CPU load
workers-memory = Memory
workers-since = Started
workers-sign = Last signal

## Users, tokens, audit

users-name = User
users-role = Role
users-role-of = Role of { $name }
users-change = Change role
users-seen = Last login
users-you = you
users-disabled = Disabled
users-invited = Never logged in
users-passwordless = No password
users-link = Create password link
users-link-for = Password link for { $name }
users-link-once = Send this link to this user only. It works once, to set a password, and will not be shown again.
users-enable = Enable
users-disable = Disable
users-disable-title = Disable { $name }?
users-disable-help = The user is logged out immediately and can no longer log in. Their past actions stay in the audit log.
users-new = Add a user
users-create = Add user
users-create-hint = You receive a link to send to the user, who then sets a password.
tokens-lead = Programs use a token instead of a password to call the Vigie API.
tokens-none = No API tokens yet
tokens-none-help = Create a separate token for each program.
tokens-name = Name
tokens-name-hint = The name of the program that will use it.
tokens-scope = Permissions
tokens-expires = Expires
tokens-expired = Expired
tokens-used = Last used
tokens-made = Token “{ $name }” created
tokens-once = Copy the token now. It will not be shown again.
tokens-revoke = Revoke
tokens-revoke-title = Revoke “{ $name }”?
tokens-revoke-help = Programs that use this token lose access immediately. This cannot be undone.
tokens-new = Create a token
tokens-create = Create token
scope-ingest = Send logs only
scope-releases = Announce releases and upload source maps only
scope-progress = Follow job progress only
scope-read = Read everything
scope-write = Read everything, run jobs, send logs
scope-admin = Full access, including accounts and users
expiry-month = In 30 days
expiry-quarter = In 90 days
expiry-year = In one year
expiry-never = Never
audit-lead = Everything users and programs have changed. Entries cannot be edited.
audit-who = User
audit-what = Action
audit-object = Object
audit-none = No entries found.
deed-login = Logged in
deed-logout = Logged out
deed-password = Set a password
deed-user-new = Added a user
deed-user-link = Created a password link
deed-user-role = Changed a role
deed-user-disable = Disabled a user
deed-user-enable = Enabled a user
deed-token-new = Created an API token
deed-token-revoke = Revoked an API token
deed-account-new = Added a sending account
deed-account-change = Changed a sending account
deed-account-test = Tested a sending account
deed-account-pause = Paused a sending account
deed-account-resume = Resumed a sending account
deed-mailing-new = Started a mailing
deed-mailing-list = Replaced the recipient list
deed-mailing-files = Uploaded files
deed-mailing-test = Sent a test
deed-mailing-send = Sent a mailing
deed-mailing-delete = Deleted a draft
deed-job-pause = Paused a job
deed-job-resume = Resumed a job
deed-job-cancel = Cancelled a job
deed-job-retry = Retried failed items
deed-job-settle = Marked unconfirmed items as sent or not sent

## The reader's own page

me-title = Your account
me-password = Password
me-password-change = Change password
me-sessions = Active sessions
me-this = this session
me-end = Log out
me-end-others = Log out of all other sessions
me-begun = since { $time }

## Errors

error-forbidden = You don’t have access
error-forbidden-help = Your role does not allow this. Ask an administrator for access.
error-not-found = Page not found
error-not-found-help = The page may have been deleted, or the address is incomplete.
error-refused = Your request could not be completed
error-refused-help = Something has changed since you opened the page. Go back, reload the page and try again.
error-invalid = Your request is not valid
error-invalid-help = A value is missing or incorrect. Go back, correct it and try again.
error-address = The address of this page is incomplete or mistyped. Check it, or use the menu.
error-busy = Too many requests
error-busy-help = Vigie is busy. Wait a few seconds, then try again. Running mailings continue.
error-internal = Something went wrong on our side
error-internal-help = The error has been recorded in the log under the number below. Running mailings continue.
error-again = Try again
error-request = Request number:
error-technical = Technical details

## What forms say

enter-help = This link logs you in once, without a password.
enter-now = Log in
said-retried = { $n ->
    [one] { $shown } item is being retried.
   *[other] { $shown } items are being retried.
}
said-retried-over = { $n ->
    [one] { $shown } item was retried.
   *[other] { $shown } items were retried.
}
said-held = The job is still paused. { $why } It resumes automatically on { $time }.
said-settled = { $n ->
    [one] { $shown } item updated.
   *[other] { $shown } items updated.
}
said-not-retried = { $n ->
    [one] { $shown } item cannot be retried: it was skipped before sending, or it has not failed.
   *[other] { $shown } items cannot be retried: they were skipped before sending, or they have not failed.
}
said-not-settled = { $n ->
    [one] { $shown } item was not changed: only unconfirmed items can be marked as sent or not sent.
   *[other] { $shown } items were not changed: only unconfirmed items can be marked as sent or not sent.
}
said-none = No rows selected. Nothing was changed.
account-said-created = Sending account added.
said-saved = Changes saved.
users-name-bad = Enter a name of 1 to { $n } characters, without a slash, invisible characters or spaces at the start or end.
users-name-taken = A user or token is already named “{ $name }”, which looks the same. Upper and lower case, and letters that look alike, count as the same.
account-name-taken = An account with this name already exists.
password-short = Enter at least { $n } characters.
password-long = Enter at most { $n } characters.
password-differs = The passwords do not match.
password-wrong = The current password is incorrect.
number-bad = Enter a number of 1 or more.
batch-both = Enter both the batch size and the pause, or leave both empty.
account-host-missing = Enter the server name.
account-port-tls = TLS uses port 465, which has been filled in. Port { $port } starts unencrypted, for STARTTLS. Save again, or choose STARTTLS.
account-port-starttls = STARTTLS uses port 587, which has been filled in. Port 465 is for TLS. Save again, or choose TLS.
account-address-missing = Enter the Gmail address that sends the messages.
account-unknown = There is no sending account “{ $name }”. Choose one of: { $known }.
account-bad = These settings are not valid. Check the server name, the username and the port.
account-test-gmail = Gmail accounts cannot be tested without sending. Send a test message to yourself.
account-test-slow = The server did not respond within { $time }.
pace-second = { $shown } per second
pace-minute = { $shown } per minute
pace-hour = { $shown } per hour
pace-batch = batches of { $size }, then a pause of { $time }

## A new mailing

new-lead = Upload the recipient list. Its columns fill in the rest, and nothing is sent until you have checked it.
new-no-account = There is no sending account yet. You can prepare a mailing, but not send it.
drafts-title = Drafts
drafts-too-many = You have { $shown } drafts, which is the limit. Send or delete one first.
draft-delete = Delete
draft-delete-this = Delete { $name }
draft-delete-ask = Delete this draft?
draft-delete-help = The uploaded files and the text are deleted. Nothing from this draft has been sent.
steps-title = Mailing steps
step-recipients = Recipients
step-files = Files
step-message = Message
step-check = Check
next = Continue
file-required = Choose a file first.
recipients-drop = Drop the recipient list here, or select a file
recipients-drop-help = Excel (.xlsx), LibreOffice (.ods), CSV or JSON (one object per line). The first row must contain the column names.
recipients-read = Upload list
recipients-other = Replace the list
recipients-first = First rows
recipients-rows = { $n ->
    [one] { $shown } recipient
   *[other] { $shown } recipients
}
recipients-lines = { $n ->
    [one] { $shown } row
   *[other] { $shown } rows
}
recipients-without = { $n ->
    [one] { $shown } row has no valid address in “{ $column }”. The Check step shows it and lets you skip it.
   *[other] { $shown } rows have no valid address in “{ $column }”. The Check step shows them and lets you skip them.
}
recipients-columns = { $n ->
    [one] { $shown } column
   *[other] { $shown } columns
}
recipients-broken = { $n ->
    [one] { $shown } row cannot be read. The Check step shows the row and the reason.
   *[other] { $shown } rows cannot be read. The Check step shows the rows and the reasons.
}
list-semicolon = { $encoding }, separated by semicolons
list-comma = { $encoding }, separated by commas
list-tab = { $encoding }, separated by tabs
list-json = JSON (one object per line)
list-sheet = Sheet “{ $sheet }”
list-sheet-choose = Sheet
list-sheet-read = Use this sheet
files-add = Attachments
files-drop = Drop files here, or select them
files-drop-help = PDF or other files, or a zip archive, which is unzipped. A file with the same name replaces the previous one.
files-upload = Upload
files-skip = Continue without files
files-remove = Remove
files-remove-this = Remove { $name }
files-remove-all = Remove all files
files-count = { $n ->
    [one] { $shown } file
   *[other] { $shown } files
}
files-more = { $n ->
    [one] and { $shown } more
   *[other] and { $shown } more
}
files-bad-name = A file name is not valid. Use a plain name, without folders.
files-too-many = A mailing can have at most { $shown } files. Split it into several mailings.
zip-broken = { $name } is not a zip archive, or it is incomplete. Upload it again.
zip-too-many = { $name } contains too many files. Split it into several mailings.
zip-too-long = { $name } is too large once unzipped. Split it into several mailings.
zip-bomb = { $name } was not unzipped: { $file } is abnormally large once unzipped. Upload this file without zipping it.
zip-path = { $name } was not unzipped: { $file } points outside the archive. Create the archive again.
zip-twice = { $name } was not unzipped: it contains two files named { $file }. Rename one of them.
zip-encrypted = { $name } was not unzipped: { $file } is password-protected. Create the archive without a password.
zip-method = { $name } was not unzipped: { $file } uses an unsupported compression method. Create the archive again with the default zip settings.
zip-unreadable = { $name } could not be unzipped and may be damaged. Create the archive again.
files-empty-zip = { $name } contains no files.
message-who = Sender and recipients
message-account = Sending account
message-from-hint = An address, or a name and an address: Accounts <accounts@example.org>
message-more-addresses = Copies and reply address
header-from = From
header-to = To
header-cc = Cc
header-bcc = Bcc
header-reply-to = Reply to
header-subject = Subject
message-vars = Columns of the list. Write a column name between double braces to insert the recipient’s own value.
message-text = Text
message-html-more = Add an HTML version
message-html = HTML
message-html-hint = Mail programs show this version instead of the text. Keep a text version for those that cannot show HTML.
message-attach = Attachment
message-attach-hint = { $n ->
    [one] The column that contains each recipient’s file name. { $shown } file uploaded.
   *[other] The column that contains each recipient’s file name. { $shown } files uploaded.
}
message-settings = Settings
message-name = Mailing name
message-name-hint = If you send again under the same name, recipients who already received the mailing are skipped.
message-only = Only rows where
message-all-rows = All rows
message-kept = Keep the row filter of the previous mailing
message-only-value = equals
message-on-invalid = If a row has an error
message-stop = Send nothing
message-stop-hint = until all errors are corrected.
message-skip = Skip the row
message-skip-hint = The other rows are sent. Skipped rows are listed with the reason.
message-key = How recipients are identified
message-key-hint = By default, by address and file. Choose columns such as the invoice number if a person receives several messages.
message-check = Check the mailing
message-preview = Save and preview
template-place = line { $line }, character { $character }: { "" }
preview-title = Preview
preview-row = Recipient { $n }
preview-previous = Previous
preview-next = Next
preview-none = The preview appears here once you have entered a sender, a recipient, a subject and a text.
preview-attached = Attachments
preview-html = HTML version
preview-text = Text version
check-messages = Messages
check-recipients = Recipients
check-bytes = Total size, approx.
check-bad = Rows with errors
check-account-paused = The sending account is paused. The mailing will start when it resumes.
check-fine = No errors found. Nothing has been sent yet.
check-problems = Errors and warnings
check-errors = { $n ->
    [one] { $shown } error
   *[other] { $shown } errors
}
check-warnings = { $n ->
    [one] { $shown } warning
   *[other] { $shown } warnings
}
check-skip = { $n ->
    [one] Skip this row
   *[other] Skip these { $shown } rows
}
check-skipping = { $n ->
    [one] { $shown } row will be skipped and listed under “To review”.
   *[other] { $shown } rows will be skipped and listed under “To review”.
}
problem-fatal = Error
problem-mild = Warning
problem-line = line { $line }
problem-fix = Fix
problem-replace-list = Replace the list
problem-add-files = Add files
problem-said = { $what }: { $remedy }
test-title = Send a test
test-address = Your address
test-hint = Sends the message for recipient { $n } to this address only, with [TEST] before the subject.
test-send = Send test
test-bad-address = This email address is not valid. Enter it as name@example.org.
test-no-row = This recipient does not exist.
test-bad-row = The message for this recipient cannot be created. The preview shows the reason.
test-sent = Test sent to { $to }.
test-not-sent = The test was not sent to { $to }. { $what }
test-unknown = It is not certain that the test was sent to { $to }. { $what }
test-slow = The server did not respond in time. It is not certain that the test was sent to { $to }.
send-title = Send
send-now = { $n ->
    [one] Send { $shown } message now
   *[other] Send { $shown } messages now
}
send-later = Send later
send-date = Date
send-time = Time
send-zone = Time zone: { $zone }.
send-at = Schedule
send-not-yet = This mailing cannot be sent while rows have errors. Correct the rows, or skip them.
send-no-date = Choose a date and a time.
send-past = This time is in the past.
send-too-far = Choose a date within one year.
reason-restored = Restored from a backup. Messages may have been sent since then. Check what the sending account has sent, then resume or cancel.
reason-scheduled = Scheduled. Sending starts at the planned time.

before-title = Is this a new mailing?
before-received = { $n } of the { $rows } recipients on this list already received “{ $name }”, last sent on { $date }.
before-changed = { $n ->
    [one] One of them received it with different content.
   *[other] { $n } of them received it with different content.
}
before-told-by = Recipients are identified by { $key }.
before-key-default = address and attachments
before-complete = Send to the others only
before-complete-hint = Completes “{ $name }”. Recipients who already received it are skipped.
before-new = Send as a new mailing
before-new-hint = { $n ->
    [one] The recipient receives it, whatever was sent before.
   *[other] All { $n } recipients receive it, whatever was sent before.
}
before-changed-title = Some content has changed
before-changed-rows = { $n ->
    [one] One recipient already received this mailing with different content, such as another period or amount.
   *[other] { $n } recipients already received this mailing with different content, such as another period or amount.
}
before-send-changed = Send the new version
before-send-changed-hint = They receive a second message.
before-skip-changed = Skip them
before-skip-changed-hint = They keep the message they received.
before-completes = Completes “{ $name }”
before-change = Change
before-left-out = { $n ->
    [0] No recipient on this list has received it yet.
    [one] One recipient already received it and is skipped.
   *[other] { $n } recipients already received it and are skipped.
}
before-to-send = { $n ->
    [0] Nothing will be sent.
    [one] One message will be sent.
   *[other] { $n } messages will be sent.
}
before-list = Who already received it
waiting-list = Who will receive it
waiting-all = { $n ->
    [one] Show the recipient
   *[other] Show all { $shown } recipients
}
waiting-more = { $n ->
    [one] And { $shown } more.
   *[other] And { $shown } more.
}
waiting-changed = (new content)
before-when = Sent
before-uncertain = (unconfirmed)
before-other = (different content)
send-undecided = Answer the question above first.
send-nobody = Nothing to send. All recipients on this list already received this mailing.
send-twice = Another mailing is sending to this list right now. Wait until it has finished, or choose “Send as a new mailing”.
undelivered-line = Row

correct-hint = Correct an address and resend, or select rows.
correct-withheld = Some of these messages carry files of the server. Only an administrator can correct their addresses.
correct-changed = { $n ->
    [one] Another user has resent one of these messages. Nothing was sent. Check the updated list, then resend.
   *[other] Another user has resent { $n } of these messages. Nothing was sent. Check the updated list, then resend.
}
correct-send = Resend to corrected addresses
correct-address = Address, row { $line }
corrected-title = Corrected list
corrected-bring = Upload a corrected list
corrected-file = Corrected list
corrected-hint = The same list with corrected addresses. You see the changes before anything is sent.
corrected-compare = Compare lists
corrected-n = { $n ->
    [one] One address has changed. Its message will be resent.
   *[other] { $n } addresses have changed. Their messages will be resent.
}
corrected-unchanged = { $n ->
    [one] One undelivered message has the same address and will not be resent.
   *[other] { $n } undelivered messages have the same address and will not be resent.
}
corrected-missing = { $n ->
    [one] One undelivered message is not in this list and will not be resent.
   *[other] { $n } undelivered messages are not in this list and will not be resent.
}
unmatched-title = { $n ->
    [one] { $shown } row of this list cannot be used
   *[other] { $shown } rows of this list cannot be used
}
unmatched-help = Only the address may differ from the list that was sent: check the other columns.
unmatched-why = Reason
unmatched-nobody = No recipient of this mailing matches
unmatched-several = Several undelivered recipients have the same values
unmatched-contradicted = Two rows give different addresses for the same recipient
unmatched-unreadable = The row cannot be read
corrected-none = No address has changed
corrected-none-help = No undelivered recipient has a different address in { $list }.
corrected-back = Back to messages to review
corrected-before = Before
corrected-after = After
corrected-send = Resend
said-corrected = { $n ->
    [one] One address corrected. The message is being resent.
   *[other] { $n } addresses corrected. The messages are being resent.
}
said-corrected-over = { $n ->
    [one] One address corrected.
   *[other] { $n } addresses corrected.
}
said-not-corrected = { $n ->
    [one] One address is still not valid.
   *[other] { $n } addresses are still not valid.
}
job-reuse = Reuse this mailing
job-sent-again = { $n ->
    [one] { $shown } message was sent again in
   *[other] { $shown } messages were sent again in
}
item-sent-again = Sent again in
sheet-id = ID
sheet-trace-name = Name
sheet-application = Application
sheet-flow = Flow
sheet-comment = Comment
sheet-seconds = Duration (s)
sheet-error = Error
sheet-yes = yes
sheet-no = no
