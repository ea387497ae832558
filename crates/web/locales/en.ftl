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

skip = Skip to the content
menu-title = Main menu
menu-short = Menu
menu-dashboard = Dashboard
menu-new = New mailing
menu-jobs = Jobs
menu-traces = Traces
menu-accounts = Sending accounts
menu-workers = Workers
menu-administration = Administration
menu-users = Users
menu-tokens = Tokens
menu-audit = Audit log
menu-logout = Log out
language = Language
language-fr = Français
language-en = English
language-fr-short = FR
language-en-short = EN
theme = Theme
theme-auto = As the system
theme-light = Light
theme-dark = Dark
save = Save
cancel = Cancel
keep = Keep it
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
pager-further = Search further
pager-stop = Stop searching
choose-all = Choose all

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
    [one] The { $shown } recipient of the list had received it before.
   *[other] All { $shown } recipients of the list had received it before.
}
standing-uncertain = { $n ->
    [one] Completed, { $shown } uncertain
   *[other] Completed, { $shown } uncertain
}
item-queued = Queued
item-running = In progress
item-succeeded = Succeeded
item-failed = Failed
item-unknown = Uncertain
item-skipped = Skipped
life-alive = Alive
life-lost = Lost
life-ended = Ended
kind-mailing = Mailing
kind-command = Command
kind-http = HTTP call
kind-noop = Load test
kind-external = From another program
role-viewer = Viewer
role-operator = Operator
role-admin = Administrator
role-viewer-help = Sees jobs, traces and accounts; changes nothing.
role-operator-help = Also sends mailings, pauses, retries and settles.
role-admin-help = Also looks after accounts, users and tokens.
rate-second = { $n } /s
rate-minute = { $n } /min
resumes-at = Goes on by itself on { $time }.
reason-by-hand = Somebody stopped it.
reason-by-hand-saying = Somebody stopped it: { $what }
reason-paused = Paused until somebody resumes it.
reason-daily-limit = The account’s limit for 24 hours is used up. Nobody has been failed for it.
reason-defect = Vigie met a defect of its own and stopped to be safe. Look at the log, then resume.
reason-not-started = It was cut off while being prepared: nothing was sent. Start it again.
reason-account-missing = The sending account is not there any more. Make it again under the same name, or start anew with another.
reason-account-url = The settings of the sending account do not make sense. Correct the account, then resume.
reason-dkim = The DKIM key cannot be read. Check the file and its permissions, then resume.
reason-settings = The job’s settings do not make sense. Its message says which.
reason-database = The database did not answer. It goes on by itself when it does.
reason-secret = The account’s password cannot be unsealed here. Enter it again in the account, then resume.

## The way in

login-title = Log in
login-name = User name
login-password = Password
login-enter = Log in
login-forgotten = Forgotten your password? An administrator can give you a link to choose a new one.
login-wrong = The user name or the password is not right.
login-throttled = Too many tries. Try again in { $time }.
login-logged-out = You are logged out.
login-expired = Your session has ended. Log in to go on.
setup-title = Choose a password
setup-hello = Hello { $name }
setup-password = Choose your password. This link works once.
setup-done = Save and log in
setup-gone = This link does not work any more
setup-gone-help = It was used already, or has expired. Ask an administrator for a new one.
password-new = New password
password-again = The same again
password-current = Current password
password-changed = The password is changed.
field-required = This is needed.
password-hint = At least { $n } characters. A few words that go well together are easier to keep than signs.

## Dashboard

first-title = Three steps to the first mailing
first-lead = Nothing was sent from here yet.
first-account = Make a sending account
first-account-help = The SMTP server or Gmail address that mail leaves from, and how much it may send.
first-mailing = Send a mailing
first-mailing-help = A list of recipients, their files, a text; Vigie checks everything before anything leaves.
first-demo = Or look at an example first
first-demo-help = In a terminal; it sends to nobody:
sent-today = Sent today
sent-week = Sent this week
success-rate = Success rate
over-week = over the week
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
    [one] { $shown } uncertain
   *[other] { $shown } uncertain
}
more-today = Also today, and not counted above:
others-n = tasks of other jobs: { $done } done, { $failed } failed.
posted-n = traces posted by other programs: { $total }, of which { $errors } with errors.
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
running-title = Under way
running-none = Nothing is running.
all-jobs = All jobs
done-of = { $done } of { $total }
left = { $time } left
chart-title = Last 24 hours
chart-sent = { $n ->
    [one] { $shown } sent
   *[other] { $shown } sent
}
chart-says = In the last 24 hours: { $sent } sent, { $errors } not delivered.
chart-slot = { $from } – { $until }: { $sent } sent, { $errors } not delivered
chart-table = Show as a table
chart-from = Half hour from
chart-sent-title = Sent
chart-errors-title = Not delivered
errors-title = Latest failures
errors-all = All errors
errors-none = No failure of the last 24 hours still stands.

## Jobs

filter-name = Name
filter-state = State
filter-kind = Kind
filter-person = Person
filter-since = From
filter-until = To
filter-text = Text
filter-label = Recipient or item
filter-application = Application
filter-flow = Flow
filter-errors = Errors only
filter-apply = Search
filter-clear = Clear the filters
any-kind = All kinds
any-state = All states
jobs-name = Name
jobs-state = State
jobs-progress = Progress
jobs-failed = Failed
jobs-unknown = Uncertain
jobs-person = Person
jobs-created = Created
jobs-none = No jobs yet
jobs-none-help = Mailings and the work of other programs appear here as they are made, and stay.
jobs-no-match = No job matches
jobs-no-match-help = Widen the dates, or clear the filters.
job-account = by { $name }
job-person = { $name }
job-took = took { $time }
job-pause = Pause
job-resume = Resume
job-retry = { $n ->
    [one] Retry { $shown } failed
   *[other] Retry { $shown } failed
}
job-retry-all = Retry what failed
job-cancel = Cancel…
job-cancel-title = Cancel for good?
job-cancel-mailing = { $n ->
    [one] { $shown } recipient will not get theirs. What was sent stays sent; a cancelled mailing cannot be resumed.
   *[other] { $shown } recipients will not get theirs. What was sent stays sent; a cancelled mailing cannot be resumed.
}
job-cancel-items = { $n ->
    [one] { $shown } item will be skipped. What is done stays done; a cancelled job cannot be resumed.
   *[other] { $shown } items will be skipped. What is done stays done; a cancelled job cannot be resumed.
}
job-cancel-sure = Cancel for good
job-tabs = Sides of this job
tab-overview = Overview
tab-undelivered = Not delivered
tab-trouble = In trouble
tab-recipients = Recipients
tab-items = Items
tab-traces = Traces
tab-log = Log
tab-timeline = Timeline
tally-sent = Sent
tally-succeeded = Succeeded
tally-failed = Failed
tally-unknown = Uncertain
tally-skipped = Skipped
tally-remaining = Remaining
tally-rate = Rate
tally-left = Time left
live-on = Live
live-lost = Connection lost – trying again
live-say = { $percent } done, { $failed } failed
undelivered-title = Those who did not get theirs
trouble-title = Items in trouble
undelivered-all = { $n ->
    [one] Show { $shown }
   *[other] Show all { $shown }
}
undelivered-none = Everybody got theirs.
undelivered-none-yet = No failure so far.
undelivered-list = Show the list
undelivered-wrong = What is wrong:
unsent-n = { $n ->
    [one] { $shown } was not sent
   *[other] { $shown } were not sent
}
unsent-yet = { $n ->
    [one] { $shown } not sent yet
   *[other] { $shown } not sent yet
}
unsent-all = Nothing was sent
undelivered-nobody = Nobody is missing
trouble-nothing = Nothing is in trouble
trouble-none = Everything went well.
undelivered-who = Who
undelivered-why = Why, and what helps
undelivered-tries = Tries
undelivered-reply = The server said:
unknown-n = { $n ->
    [one] { $shown } case is uncertain
   *[other] { $shown } cases are uncertain
}
unknown-help = The connection or the machine failed at the very moment of handing over, so nobody can know whether it was taken. Nothing is sent twice without you: ask the recipient or look into the mailbox, then settle it here.
retry-done = { $n ->
    [one] { $shown } will be tried again
   *[other] { $shown } will be tried again
}
choose-hint = Choose rows, then what to do with them.
retry-these = Retry only these
settle-sent = They were sent
settle-not-sent = They were not sent
items-none = Nothing matches.
items-reach = { $shown } rows searched, as far as row { $until }
items-reach-none = Nothing found in the first { $shown } rows searched, as far as row { $until }.
items-reach-more = Nothing found in { $shown } more rows, as far as row { $until }.
items-row = Row
items-detail = What came of it
job-traces-none = No traces yet: each attempt leaves one.
log-last = Last lines of the log
log-all = Whole log
log-whole = Download the log
log-search = Search this log
log-none = This job has written no log.

## Traces

traces-title = Traces
traces-lead = One line per attempt, written once and never changed.
traces-csv = Download CSV
items-csv = Download list (CSV)
sheet-recipient = Recipient
sheet-about = Company or name
sheet-file = File
sheet-reply = Server’s reply
traces-when = When
traces-outcome = Outcome
traces-what = What happened
traces-from = Application
traces-took = Took
trace-fine = Fine
trace-error = Error
traces-none = No traces yet
traces-none-help = Each attempt of a job leaves a trace here; other programs may leave theirs.
traces-no-match = No trace matches
traces-reach = { $shown } traces searched, as far as { $until }
traces-reach-none = Nothing found in the first { $shown } traces searched, as far as { $until }.
traces-reach-more = Nothing found in { $shown } more traces, as far as { $until }.

## Accounts

accounts-lead = Where mail leaves from, and how much each may still send.
accounts-new = New sending account
accounts-all = All accounts
accounts-none = No sending account yet
accounts-none-help = A mailing needs one: an SMTP server, or a Gmail address.
account-ready = Ready
account-use = Use in the last 24 hours
account-settings = Settings
account-test = Test the connection
account-works = The connection works
account-works-took = Logged in within { $time }. Nothing was sent.
account-fails = The connection does not work
account-name = Name
account-name-hint = As it appears in mailings and traces. It cannot be changed later.
account-create = Create
account-create-test = Create and test
account-server = Server
account-smtp = SMTP server
account-smtp-hint = Of your provider or your organisation.
account-gmail = Gmail
account-gmail-hint = By Google’s API, with a service account or a refresh token.
account-host = Host
account-port = Port
account-security = Encryption
account-user = User name
account-address = Gmail address
account-secret = Key
account-secret-kept = One is kept, sealed. Leave empty to keep it.
account-secret-hint = The JSON file of the service account, pasted whole. It is kept sealed and never shown again.
account-limits = Limits
account-limits-hint = What the provider allows; empty is no limit. Vigie never goes beyond, whatever is waiting.
security-starttls = STARTTLS (port 587)
security-tls = TLS (port 465)
security-none = None (this machine)
limit-per-second = Messages per second
limit-per-minute = Messages per minute
limit-per-hour = Messages per hour
limit-daily = Messages in 24 hours
limit-recipients = Recipients in 24 hours
limit-batch-size = Batch of
limit-batch-pause = Batch pause, seconds
limit-left = { $left } left of { $limit }
limit-none = no daily limit
sent-in-a-day = { $n ->
    [one] { $shown } message in the last 24 hours
   *[other] { $shown } messages in the last 24 hours
}
recipients-in-a-day = { $n ->
    [one] { $shown } recipient in the last 24 hours
   *[other] { $shown } recipients in the last 24 hours
}

## Workers

workers-lead = Processes that run jobs. The work of one that is lost is taken over within 15 seconds.
workers-none = No worker is running
workers-none-help = Jobs wait until one starts: “vigie serve”.
workers-name = Name
workers-pid = process { $pid }
workers-jobs = Jobs
workers-flight = In flight
workers-load = Load
workers-memory = Memory
workers-since = Since
workers-sign = Last sign of life

## Users, tokens, audit

users-name = User
users-role = Role
users-role-of = Role of { $name }
users-change = Change
users-seen = Last seen
users-you = you
users-disabled = Disabled
users-invited = Has not logged in yet
users-passwordless = Has no password
users-link = Password link
users-link-for = A link for { $name }
users-link-once = Give it to this person only. It works once, to choose a password, and is not shown again.
users-enable = Enable
users-disable = Disable
users-disable-title = Disable { $name }?
users-disable-help = Their sessions end at once and they cannot log in. What they did stays in the audit log.
users-new = New user
users-create = Create
users-create-hint = You get a link to pass on; they choose their own password.
tokens-lead = What programs show in place of a password.
tokens-none = No tokens yet
tokens-none-help = Make one for each program that talks to Vigie.
tokens-name = Name
tokens-name-hint = Of the program that will use it.
tokens-scope = May
tokens-expires = Expires
tokens-expired = Expired
tokens-used = Last used
tokens-made = Token “{ $name }” is made
tokens-once = Copy it now: it is not shown again.
tokens-revoke = Revoke
tokens-revoke-title = Revoke “{ $name }”?
tokens-revoke-help = Programs that use it are refused at once. This cannot be undone.
tokens-new = New token
tokens-create = Create
scope-ingest = Send logs, and nothing else
scope-progress = Follow the progress of jobs
scope-read = Read everything
scope-write = Read everything, run jobs and send logs
scope-admin = Everything, accounts and users too
expiry-month = After 30 days
expiry-quarter = After 90 days
expiry-year = After a year
expiry-never = Never
audit-lead = Who did what, to what, and when. It is never changed.
audit-who = Who
audit-what = What
audit-object = On what
audit-none = Nothing matches.
deed-login = Logged in
deed-logout = Logged out
deed-password = Chose a password
deed-user-new = Made a user
deed-user-link = Made a password link
deed-user-role = Changed a role
deed-user-disable = Disabled a user
deed-user-enable = Enabled a user
deed-token-new = Made a token
deed-token-revoke = Revoked a token
deed-account-new = Made a sending account
deed-account-change = Changed a sending account
deed-account-test = Tested a sending account
deed-account-pause = Paused a sending account
deed-account-resume = Resumed a sending account
deed-mailing-new = Began a mailing
deed-mailing-list = Brought another list
deed-mailing-files = Brought files
deed-mailing-test = Sent a test
deed-mailing-send = Sent a mailing
deed-mailing-delete = Deleted a draft
deed-job-pause = Paused a job
deed-job-resume = Resumed a job
deed-job-cancel = Cancelled a job
deed-job-retry = Retried failures
deed-job-settle = Settled the uncertain

## The reader's own page

me-title = Your account
me-password = Password
me-password-change = Change the password
me-sessions = Where you are logged in
me-this = this one
me-end = Log out there
me-end-others = Log out everywhere else
me-begun = since { $time }

## Errors

error-forbidden = This is not yours to see
error-forbidden-help = Your role does not allow it. An administrator can change that.
error-not-found = There is nothing here
error-not-found-help = It was removed, or the address is not complete.
error-refused = That did not go through
error-refused-help = The form had grown old, or something changed meanwhile. Go back, reload, and try again.
error-invalid = This cannot be taken as it is
error-invalid-help = Something in it makes no sense. Go back, correct what is named here, and try again.
error-address = The address of this page is not complete, or was typed wrongly. Check it, or go there from the menu.
error-busy = Too much at once
error-busy-help = Vigie is busy. Wait a few seconds, then try again. Mailings under way go on.
error-internal = That was our fault
error-internal-help = Vigie met a defect. It is in the log under the number below; mailings under way go on.
error-home = To the dashboard
error-again = Try again
error-request = Request

## What forms say

enter-help = This link opens Vigie once, without a password.
enter-now = Come in
said-retried = { $n ->
    [one] { $shown } is tried again.
   *[other] { $shown } are tried again.
}
said-settled = { $n ->
    [one] { $shown } settled.
   *[other] { $shown } settled.
}
said-not-retried = { $n ->
    [one] { $shown } cannot be tried again: it was left out before sending, or has not failed.
   *[other] { $shown } cannot be tried again: they were left out before sending, or have not failed.
}
said-not-settled = { $n ->
    [one] { $shown } was left as it is: only what is uncertain can be settled.
   *[other] { $shown } were left as they are: only what is uncertain can be settled.
}
said-none = Nothing was changed: choose the rows first.
said-saved = Saved.
users-name-bad = Write a name of 1 to { $n } characters, without a slash.
users-name-taken = A user or a token has that name; capitals make no difference.
account-name-taken = There is an account of that name.
password-short = At least { $n } characters.
password-long = At most { $n } characters.
password-differs = The two are not the same.
password-wrong = This is not your password.
number-bad = Write a number from 1.
batch-both = Give both the size and the pause, or neither.
account-host-missing = Write the name of the server.
account-port-tls = With TLS from the start the port is 465, which is now filled in; { $port } begins unencrypted and is for STARTTLS. Save again, or choose STARTTLS.
account-port-starttls = With STARTTLS the port is 587, which is now filled in; 465 is encrypted from the start and is for TLS. Save again, or choose TLS.
account-address-missing = Write the address that Gmail sends from.
account-bad = This cannot be used: { $what }
account-test-gmail = Gmail is tried with the first message: send a test to yourself.
account-test-slow = The server did not answer within { $time }.
pace-second = { $shown } per second
pace-minute = { $shown } per minute
pace-hour = { $shown } per hour
pace-batch = { $size }, then a pause of { $time }

## A new mailing

new-lead = Bring the list of recipients. Everything else is filled in from its columns, and nothing leaves before you have checked it.
new-no-account = There is no sending account yet: a mailing can be prepared, and cannot be sent.
drafts-title = Begun and not sent
drafts-too-many = You have { $shown } mailings begun and not sent, as many as are kept. Send or delete one of them first.
draft-delete = Delete
draft-delete-this = Delete { $name }
draft-delete-ask = Delete this draft?
draft-delete-help = What was brought and written is lost. Nothing of it has been sent.
steps-title = Steps of the mailing
step-recipients = Recipients
step-files = Files
step-message = Message
step-check = Check
next = Continue
file-required = Choose a file first.
recipients-drop = Drop the list of recipients here, or choose it
recipients-drop-help = Excel (.xlsx), LibreOffice (.ods), CSV or JSON lines. The first row names the columns.
recipients-read = Read the list
recipients-other = Another list in its place
recipients-first = The first rows
recipients-rows = { $n ->
    [one] { $shown } recipient
   *[other] { $shown } recipients
}
recipients-columns = { $n ->
    [one] { $shown } column
   *[other] { $shown } columns
}
recipients-broken = { $n ->
    [one] { $shown } row cannot be read. The check shows which, and why.
   *[other] { $shown } rows cannot be read. The check shows which, and why.
}
list-semicolon = { $encoding }, separated by semicolons
list-comma = { $encoding }, separated by commas
list-tab = { $encoding }, separated by tabs
list-json = JSON lines
list-sheet = Sheet “{ $sheet }”
list-sheet-choose = Sheet
list-sheet-read = Read this sheet
files-add = The files to attach
files-drop = Drop the files here, or choose them
files-drop-help = PDFs and others, or a zip, which is unpacked. A file of the same name takes the place of the one before.
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
files-bad-name = A file’s name cannot be taken: give it a plain name, without folders.
files-too-many = A mailing takes at most { $shown } files. Make several mailings of it.
zip-broken = { $name } is not a zip archive, or it is incomplete. Upload it again.
zip-too-new = { $name } is too large: make several archives of less than 4 GB.
zip-too-many = { $name } holds too many files. Make several mailings of it.
zip-too-long = { $name } is too large once unzipped. Make several mailings of it.
zip-bomb = { $name } was not unzipped: { $file } is suspiciously large once unzipped. Upload this file without zipping it.
zip-path = { $name } was not unzipped: { $file } points outside the archive. Make the archive again.
zip-twice = { $name } was not unzipped: two of its files are named { $file }. Rename one of them.
zip-encrypted = { $name } was not unzipped: { $file } is protected by a password. Make the archive without a password.
zip-method = { $name } was not unzipped: { $file } uses an unusual compression. Make the archive again with the usual zip settings.
zip-unreadable = { $name } could not be unzipped: it may be damaged. Make the archive again.
files-empty-zip = There is no file in { $name }.
message-who = From whom, to whom
message-account = Sent by the account
message-from-hint = An address, or a name with an address: Accounts <accounts@example.org>
message-more-addresses = Copies and replies
header-from = From
header-to = To
header-cc = Copy
header-bcc = Hidden copy
header-reply-to = Replies to
header-subject = Subject
message-vars = The columns of the list. A column’s name between double braces becomes each recipient’s own value.
message-text = Text
message-html-more = An HTML version
message-html = HTML
message-html-hint = Mail programs show it in the place of the text. Keep a text too, for those that do not.
message-attach = Attached file
message-attach-hint = { $n ->
    [one] The column that names each recipient’s file. { $shown } file was brought.
   *[other] The column that names each recipient’s file. { $shown } files were brought.
}
message-settings = Settings
message-name = Name of the mailing
message-name-hint = A mailing sent again under the same name leaves out those who already got theirs.
message-only = Only the rows where
message-all-rows = All rows
message-kept = Also only the rows that the earlier mailing chose
message-only-value = is exactly
message-on-invalid = When a row is wrong
message-stop = Send nothing
message-stop-hint = Until every row is right.
message-skip = Leave it out
message-skip-hint = The others are sent; those left out are listed with the reason.
message-key = What tells recipients apart
message-key-hint = By default, the address and the file. Choose columns, such as an invoice number, if one person gets several messages.
message-check = Check everything
message-preview = Keep and preview
template-place = line { $line }, character { $character }: { "" }
preview-title = Preview
preview-row = Recipient { $n }
preview-previous = Previous
preview-next = Next
preview-none = The message is shown here once a sender, a recipient, a subject and a text are written.
preview-attached = Attached
preview-html = The message as mail programs show it
preview-text = Text version
check-messages = Messages
check-recipients = Recipients
check-bytes = To be sent, about
check-bad = Rows with an error
check-account-paused = The account is paused, and the mailing will wait for it.
check-fine = Every row is right. Nothing has been sent yet.
check-problems = What to look at
check-errors = { $n ->
    [one] { $shown } error
   *[other] { $shown } errors
}
check-warnings = { $n ->
    [one] { $shown } warning
   *[other] { $shown } warnings
}
check-skip = { $n ->
    [one] Leave this row out
   *[other] Leave these { $shown } rows out
}
check-skipping = { $n ->
    [one] { $shown } row is left out, and listed among those who did not get theirs.
   *[other] { $shown } rows are left out, and listed among those who did not get theirs.
}
problem-fatal = Error
problem-mild = Warning
problem-line = line { $line }
problem-fix = Correct
problem-said = { $what }: { $remedy }
test-title = Test to myself
test-address = Your address
test-hint = The message of recipient { $n }, to this address alone, with [TEST] before its subject.
test-send = Send the test
test-bad-address = This is no e-mail address. Write it as name@example.org.
test-no-row = There is no such recipient.
test-bad-row = The message of this recipient cannot be made. The preview shows why.
test-sent = The test has left for { $to }.
test-not-sent = The test to { $to } was not sent. { $what }
test-unknown = The test to { $to } may have been sent. { $what }
test-slow = The server did not answer in time: whether the test to { $to } was sent is not known.
send-title = Send
send-now = { $n ->
    [one] Send { $shown } message now
   *[other] Send { $shown } messages now
}
send-later = Send later
send-date = Day
send-time = Time
send-zone = In the time zone { $zone }.
send-at = Send at this time
send-not-yet = Nothing can be sent while rows are wrong. Correct them, or leave them out.
send-no-date = Choose a day and a time.
send-past = This time has passed.
send-too-far = This is more than a year ahead.
reason-scheduled = It waits for the time it was given.

before-title = Is this a new mailing?
before-received = { $n } of the { $rows } recipients on this list already received “{ $name }”, last sent on { $date }.
before-changed = { $n ->
    [one] One of them received it with different content.
   *[other] { $n } of them received it with different content.
}
before-told-by = Recipients are matched by { $key }.
before-key-default = address and attached files
before-complete = Send only the rest
before-complete-hint = Completes “{ $name }”: those who already received it are left out.
before-new = Send as a new mailing
before-new-hint = { $n ->
    [one] The recipient gets it, whatever was sent before.
   *[other] All { $n } recipients get it, whatever was sent before.
}
before-changed-title = Some content has changed
before-changed-rows = { $n ->
    [one] One recipient already received this mailing with different content, such as another period or amount.
   *[other] { $n } recipients already received this mailing with different content, such as another period or amount.
}
before-send-changed = Send the new version
before-send-changed-hint = They receive a second message.
before-skip-changed = Leave them out
before-skip-changed-hint = They keep what they received.
before-completes = Completes “{ $name }”
before-change = Change
before-left-out = { $n ->
    [0] Nobody on this list has received it yet.
    [one] One recipient already received it and is left out.
   *[other] { $n } recipients already received it and are left out.
}
before-to-send = { $n ->
    [0] Nothing will be sent.
    [one] One will be sent.
   *[other] { $n } will be sent.
}
before-list = Who already received it
before-when = Sent
before-uncertain = (not certain)
before-other = (different content)
send-undecided = Answer the question above first.
send-nobody = Nothing to send: every recipient on this list already received this mailing.
send-twice = This list is being sent right now by another mailing. Wait until it ends, or choose “Send as a new mailing”.
undelivered-line = Row

correct-hint = Correct an address and send it again, or select rows.
correct-changed = { $n ->
    [one] One message was sent again by somebody else meanwhile. Nothing was sent: check the list as it is now, then send again.
   *[other] { $n } messages were sent again by somebody else meanwhile. Nothing was sent: check the list as it is now, then send again.
}
correct-send = Send to the corrected addresses
correct-address = Address, row { $line }
corrected-title = Corrected list
corrected-bring = Correct several at once
corrected-file = Corrected list
corrected-hint = The same list with corrected addresses. You see what would change before anything is sent.
corrected-compare = Compare
corrected-n = { $n ->
    [one] One address has changed. The message will be sent again.
   *[other] { $n } addresses have changed. These messages will be sent again.
}
corrected-unchanged = { $n ->
    [one] One undelivered message keeps its address and is not sent again.
   *[other] { $n } undelivered messages keep their address and are not sent again.
}
corrected-none = No address has changed
corrected-none-help = None of the undelivered recipients has another address in { $list }.
corrected-back = Back to the undelivered messages
corrected-before = Before
corrected-after = Now
corrected-send = Send again
said-corrected = { $n ->
    [one] One address was corrected; the message is being sent again.
   *[other] { $n } addresses were corrected; these messages are being sent again.
}
said-not-corrected = { $n ->
    [one] One address is still not valid.
   *[other] { $n } addresses are still not valid.
}
job-reuse = Reuse this mailing
