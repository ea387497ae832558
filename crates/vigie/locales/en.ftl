### The words of the terminal; help stands beside the options, in `cli`. Each identifier stands in each language’s file.

letting-go = letting go of { $data }: another process waits for it
nothing-here = { $place }: there is nothing here yet
nothing-here-help = start with `vigie serve`, `vigie send`, `vigie logs import` or `vigie demo`, or name the right directory with --data
emptied = { $file }: it is empty or missing, and this folder was in use
emptied-help = restore it from a backup; or begin anew in an empty folder (--data)
of-user = {" "}of user { $user }
not-ours = { $data }: { $error }: it is the directory{ $whose }
folder-not-writable = { $folder }: this user may not write there: { $error }; it belongs to user { $user }
folder-not-writable-help = run this as that user (sudo -u USER vigie …), or give the data directory to this one (chown -R USER { $folder })
read-only-disk-help = mount the disk of { $folder } for writing, or name a folder that can be written with --data
not-ours-help = run this as that user (sudo -u USER vigie …), or name your own directory with --data
damaged-help = keep a copy of it, then restore a backup, or try `sqlite3 vigie.db .recover`
unreachable-help = check --database, and whether PostgreSQL runs and lets this user in
collect-address-help = choose another address in [[collect]]; ports below 1024 are reserved
listen-taken = another program listens there: choose another port with { $setting }
listen-reserved = ports below 1024 are reserved: choose another with { $setting }
listen-unknown = this machine has no such address: use 127.0.0.1 or 0.0.0.0
listen-other = choose another address with { $setting }
key-another = another key than the database's: { $why }
key-missing = missing: { $why }
key-set-up-with = the database was set up with the key of fingerprint { $kept }
key-not-this = this is not the key of this database
key-gone = the key of this database is missing
key-from-machine = from a machine that works on this database
key-from-backup = from where it was, or from a backup
key-help = copy secret.key { $from }, or name the right one with VIGIE_SECRET_KEY_FILE; if it is lost for good: `vigie doctor --accept-key`, and enter the accounts' passwords again
account-resumed = account { $name } may be used again
account-limits = limits of account { $name }: { $limits }
account-unknown = there is no account `{ $name }`
account-unknown-help = `vigie accounts list` lists the accounts
limits-none = none
account-paused = paused until somebody resumes it
account-paused-until = paused until { $at }
accounts-none = there are no accounts: `vigie send --smtp URL` makes one, and so do the pages
demo-made = made { $amount } clients in { $folder }/clients.csv (`;`, Windows-1252), a PDF each in pdf/
demo-catcher = the mail catcher
demo-server = its mail server on { $address } delivers nothing, refuses 1 % of the addresses, slows us down and hangs up once
demo-took = the mail server took { n-message }
demo-stays = the page stays at http://{ $address }; or elsewhere: vigie jobs --data { $data }; Ctrl-C stops
demo-watch = watch it in a browser, by a link that works once: { $link }
demo-port = port { $wanted } is taken; using { $other } instead
database-away = the database cannot be read; the run waits for it
all-missed = all of them: vigie jobs items { $job } --trouble
unknown-help = unknown: it may have arrived; ask, then say so: vigie jobs settle { $job } --sent ROW, or --not-sent ROW
ended-failed = failed: { $why }
goes-on-at = goes on at { $at }, while `vigie serve` runs
interrupted-help = the same command again goes on, and so does vigie jobs resume { $id }; vigie jobs cancel { $id } gives up
paused-help = vigie jobs resume { $id } goes on, vigie jobs cancel { $id } gives up
ended-paused = paused: { $why } ({ $until })
ended-not = not over
resumed-unknown = { n-message } in flight when the last process ended: perhaps sent, kept as unknown (`vigie jobs settle`)
resumed-again = { n-message } in flight when the last process ended: sent again, as their job allows
unprepared = job { $job } had not been read to its end: not started, nothing was sent
and-more = {" "}and { $n } more
left-alone = not over either, and left alone: { $id } { $name }{ $more }; `vigie jobs` lists them, `vigie serve` goes on with those not paused
jobs-none = no job matches
watch-none = no job runs or waits
watch-none-help = name one: vigie jobs watch JOB; see `vigie jobs`
account-pause-ended = the pause of { $account } is ended too
items-none = no item matches
delete-refused = nothing was deleted: { $matches }
delete-refused-help = add --yes to delete them, or --dry-run to look only
deleted-none = nothing was deleted
deleted = { n-record } deleted
delete-older = , { $n } of them older than these
delete-sure = delete { n-record } for good? `vigie logs export` keeps a copy [y/N]{" "}
export-table = steps behind `|` make a table, not records to export
export-table-help = leave them out, or take the table with `vigie logs search --csv` or --json
export-cut = the export is not whole: { $why }
export-cut-help = narrow the query or its time, and export in parts
export-done = { $file }: { $n } bytes
files-help = `vigie serve` and `vigie send` write it; or name the right directory with --data
files-none = { $folder }: no file yet
ago = { $time } ago
files-more = and { n-older-file } more
step-wrong = --step: `{ $text }` is not a length of time
step-wrong-help = write 30s, 5m, 1h, 1d or 1w
histogram-steps = steps behind `|` play no part in a histogram
histogram-step = a step is { $step } long, as there would be too many shorter ones: bound the time by --since
import-elsewhere = { $file } is being imported by another process
try-later = try again later
import-broke-off = reading broke off
import-known-as = { $name }: its content was imported already, on { $on }, as { $source }: nothing of it was taken; --again imports it once more, beside what was
import-missing = ; { n-record } of this file { $n ->
    [one] is
   *[other] are
} no longer stored (deleted, or too old)
import-missing-help = : --again imports the whole file anew
import-few-times = ; no time could be read in { n-record }, `vigie logs format try FILE` proposes a pattern
import-known = { $name }: it was imported already, on { $on }: nothing of it was taken; --again imports it anew, in place of what was
again-exported = nothing was done: this export was imported already, and its records kept their own sources, so --again cannot replace them and would store them twice. Delete them first with `vigie logs delete`, or add --yes if they are deleted
again-unnamed = no query can name its source, so its earlier import is not replaced: import it under another one with --source NAME
again-others = nothing was done: { $n ->
    [one] { n-record } matches
   *[other] { n-record } match
} `{ $query }`, and the earlier imports of this file took { $records }: others have the same source. Delete what is to go with `vigie logs delete`, or import it under another source with --source NAME
again-shared = nothing was done: other files were imported under the same source, with lines of the same time. Delete what is to go with `vigie logs delete`, or import it under another source with --source NAME
again-refused = { $name }: nothing was done: its earlier import left { n-record }, which this one replaces
again-refused-help = add --yes to replace them, or --source NAME to keep both
again-asks = { $name }: this import replaces what the earlier one left:
again-sure = delete { n-record } for good, and import the file anew? [y/N]{" "}
again-interrupted = replacing its earlier import in { $zone } was interrupted. To finish it: vigie logs import --again --tz { $zone } { $name }
again-not = nothing was done
import-replaced = ; replaced { n-record } of its earlier import
import-passed-over = ; its first { $n } bytes were imported before
import-zone = ; lines without a time zone were read in { $zone }: if that is wrong, --again --tz ZONE reads them anew
import-encoding = ; read as { $encoding }
import-converted = ; { n-line } not in UTF-8, read as Windows-1252
import-masked = ; { n-secret } masked
import-accepted = ; { n-record } taken
import-source = --source: write 1 to { $most } bytes
import-rejected = ; { $n } not taken: { $why }
import-rejected-help = : once that is changed, --again imports the whole file anew
record-too-old = older than what is kept: raise `keep-days` of [log-store]
record-too-long = longer than 4 MiB
import-completed = ; the incomplete record at its end was replaced by the complete one
import-removed = { $name }: { $n ->
    [one] { n-record } of it is
   *[other] { n-record } of it are
} not kept: the log store holds { $most } MB and drops the oldest. Raise `keep-megabytes` of [log-store], then import the file with --again
import-broken = ; it breaks off there ({ $broken }): import it again once it is whole
import-endless-line = a line of more than 256 MB: that is no text
import-no-text = it is no text: nothing of it was taken
taken-again = records are taken again
record-not-taken = a record was not taken: { $problem }
import-waits = another import is running: waiting until it is over
import-empty = nothing in it
no-time-between = there is no time between --since and --until
no-time-between-help = exchange them; each is meant as a whole: --until 2025-01-31 takes that day in
query-in-part = the query is not understood as a whole
query-in-part-help = correct it, or leave --strict out
label-wrong = --label: { $error }
hint = hint: { $hint }
left-out = left out: { $what }
no-file-stdin = no such file: standard input is taken by `vigie logs pipe`
no-file = no such file: look at its path
file-forbidden = this user may not read it: run this as one who may, or have its group changed
no-signals = signals cannot be listened to: { $error }
query-before-file = a query stands before --file: vigie logs search QUERY --file FILE…
raw-steps = steps behind `|` play no part in files: take these in with `vigie logs import` to count and sort
raw-broke-off = the search broke off
raw-none = no line matches
raw-limit = stopped after { n-hit }: raise --limit for more
raw-divided = { $n } longer than { $bytes } bytes: looked at in parts
context-table = rows of a table have no lines around them
context-table-help = leave out what stands behind `|`, or --context
context-limit = --limit: with --context up to { $most } are shown
context-limit-help = narrow the query, or leave out --context
search-more = there are more than { $limit }: raise --limit, or narrow the query
no-json = it is no JSON: { $error }
tail-steps = steps behind `|` play no part in what is followed
tail-no-server = { $data }: no server runs here, so nothing arrives
tail-no-server-help = start one with `vigie serve`; what is kept is found by `vigie logs search`
tail-gone = the server is gone; waiting for it to come back
tail-back = it is back
tail-missed = { n-record } not shown: they came too fast
event-too-long = an event is too long
narrow-query = narrow the query
migrate-nothing = { $data }: there is nothing here to copy
migrate-nothing-help = name the right directory with --data, or the source with --database
migrate-to = --to: write postgres://user@host/name, or a directory for SQLite
migrate-failed-help = the source is as it was; the target took nothing
migrate-done = copied, and found equal on both sides; copy secret.key and logs/ along with it
migrate-address = check the address, and whether PostgreSQL runs and lets this user in
man-page = the man page
page-no-json = the page is no JSON: { $error }
owner-changes = the data directory changes its owner all the time
try-again = try again
new-account = new account:{" "}
interrupted-before = interrupted before the run began: nothing was sent
sent-before = { n-row } left out: sent before by "{ $name }"
going-on-with = "{ $name }" was begun at { $at } and is not over: going on with it, as it was enqueued then ({ $left } of { $total } left)
keeps-limits = it keeps the limits that it was begun with: { $limits }
stopping = stopping: finishing what is being sent (again: at once)
rest-waits = the rest waits: the same command again goes on with it, and so does `vigie serve`
goes-on-elsewhere = the run goes on in process { $pid }: vigie jobs watch { $job } follows it, vigie jobs cancel { $job } gives it up
nothing-runs-yet = nothing runs jobs on this directory yet: start `vigie serve`
nobody-left = nobody is left to send to: nothing was sent
rows-unread = rows of the file may be unread: nothing was sent
rows-unread-help = correct { $file }; --on-invalid skip leaves out wrong rows, never unread ones
problems-found = { n-problem } found: nothing was sent
problems-found-help = correct { $file }, or send the { n-good-row } with --on-invalid skip
server = server: { $server }
server-no-password = server: not asked, for want of a password (VIGIE_SMTP_PASSWORD)
server-none = server: none is given (--smtp)
rows-left-out = { $n ->
    [one] { $n } row with errors would be skipped; all others would be sent
   *[other] { $n } rows with errors would be skipped; all others would be sent
}
would-not-be-sent = { n-problem } found: it would not be sent as it is
data-error = the data directory: { $error }
free-space = free some space on that disk
rows-checked = rows checked:
data-directory = the data directory
more-problems = … and { $n } more; --json lists up to 1,000
being-sent = this list is being sent by the mailing "{ $other }": nothing was sent
being-sent-help = let it end; or give this one a --name, if it is another mailing
reached-all = nothing was sent: "{ $name }" has reached all { $n } before
reached-all-help = to send them again, as a new mailing: { $command }
no-mailing-help = leave --complete out for a new mailing
sent-by = rows of this list were sent by { $names }
no-mailing = no mailing is named "{ $name }": nothing was sent
changed-question = { $n } of { $rows } in { $file } went out by "{ $name }" with other contents
with-other-contents = {" "}({ $n } with other contents)
earlier-question = { n-row } of { $rows } in { $file } went out before by "{ $name }"{ $other }, last on { $on }
undecided = { $question }: nothing was sent
nothing-sent = nothing was sent
terminal = the terminal
choose-send = send these as they are now
choose-skip = leave them out
choose-rest = send only the rest
choose-new = send it as a new mailing
say-what = { $question }; say what is to be done:
already-received = { $received } already received it, { $left } will be sent
row-other-contents = , with other contents
row-sent = {"  "}{ $file }:{ $line } { $label } on { $on }{ $other }
rows-more = {"  "}… and { $n } more (--json lists up to 1,000)
stricter-holds = {" "}(the stricter of both holds)
limits-said = limits of account { $name }: { $account }; this run: { $run }{ $rule }
other-open = a mailing named "{ $name }" with other settings, or another list, is { $state }: job { $id }
other-open-help = let it end, resume it or cancel it (`vigie jobs`); or give this one another --name
temporary-folder = the folder for temporary files
bcc-alone = --bcc alone names nobody
bcc-alone-help = write --bcc ADDRESS, or --group N --bcc for hidden recipients
no-recipients-given = it is not said whom to send to
no-recipients-given-help = give --recipients clients.csv, or a mailing file
ledger-no-key = --ledger: it is not said which columns tell one row from another
ledger-no-key-help = give --key COLUMN
file-too-long = { $name }: is longer than { $n } bytes
is-mailing-file = is it a mailing file?
list-twice = { $list } and --recipients both say whom to send to
list-twice-help = name the list once
see-send-help = see `vigie send --help`
password-in-url-help = write smtp://user@host, and give the password by --smtp-password-file, VIGIE_SMTP_PASSWORD or when asked
no-recipient-number = { $file }: there is no recipient { $number }
no-recipient-number-help = count from 1, after --where
preview-recipient = ── recipient { $number }, { $file }:{ $line } ──
header-from = From
header-reply-to = Reply-To
header-to = To
header-cc = Cc
header-bcc = Bcc
header-subject = Subject
header-list-unsubscribe = List-Unsubscribe
header-attached = Attached
no-way-out = it is not said by which way to send
no-way-out-smtp = give --smtp smtp://user@mail.example.org:587
test-sent = sent to { $to } as "{ $subject }"; it is in no count and no ledger
test-not-sent = not sent to { $to }: { $why }
test-unknown = perhaps sent to { $to }: { $why }
password-refused = the server refused the password that is kept for { $account }
gmail-not-asked = the Gmail API, not asked
server-silent = { $place } does not answer within { $seconds } s: check host, port and firewall
not-encrypted = not encrypted
server-answers = { $place } answers: { $greeting } ({ $tls })
password-too-long = { $name }: is too long to hold a password
readable-by-others = { $name }: can be read by others
file-empty = { $name }: is empty
password-missing = the password of { $account } is missing
password-missing-help = give it by --smtp-password-file FILE or VIGIE_SMTP_PASSWORD
password-of = Password of { $account }:{" "}
worker-no-database = workers share a PostgreSQL database, and none is named
worker-no-database-help = give --database postgres://user@host/name; with SQLite, `vigie serve` runs the jobs itself
worker-runs = running jobs; Ctrl-C stops
serving = serving http://{ $address } from { $data }; Ctrl-C stops
first-admin = nobody can log in to the pages yet; this link, which works once, makes you the administrator:
not-finished = not everything in flight could be finished in 10 s
not-finished-help = it shows as unknown at the next start; see `vigie jobs items JOB --trouble`
rows-too-many = more than { $n } rows are named
rows-too-many-help = settle them in several commands, or use --all
rows-not-named = it is not said which rows
rows-not-named-help = name rows (17 or 175-190), or give --all for every unknown one
settled = { $n } settled
settled-none = no row is unknown
row-not-unknown = row { $row } is { $state }, not unknown
no-row = there is no row { $row }
more-not-unknown = { $n } more are not unknown either
retry-none = nothing to try again: no row has failed
retry-refused = nothing to try again: { n-failed-row } refused before sending; correct the file and send it again under the same name
retried = { n-row } tried again
token-made = token "{ $name }", scope { $scope }; it is shown this once:
token-revoked = token "{ $name }" is refused from now on
tokens-none = there are no tokens: vigie token create NAME
answer-broke-off = the answer broke off: { $error }
traces-none = no trace matches
traces-more = there are more than { $limit }: raise --limit, narrow the choice, or take all with --csv
link-made = this link works once, within three days, at the address under which Vigie is reached:
user-disabled = disabled
user-no-password = has chosen no password yet
users-none = there are no users: vigie user create NAME --role admin
not-a-moment = --{ $option }: `{ $text }` is not a moment
not-a-moment-help = write today, yesterday, 2025-01-31, 2025-01-31T14:00, 3h or 7d
moment-over = --{ $option }: `{ $text }` is over
moment-over-help = name a moment to come, as 90d
everything = everything
loggers-from = { $loggers } from { $level } on, { $size } × { $keep }
no-bound = no bound
own-logs = run logs and what Vigie traces
submission-only-account = the only sending account
submission-listening = accepting mail from other programs on { $address } (SMTP)
not-kept = not kept
none = none
nothing = nothing
collect-files = files { $files }
collect-files-with = files { $files } with { $labels }
see-doctor = look at free space and rights, or whether the server runs, with `vigie doctor`
check-path = check the path
give-right = give this user the right to use it
choose-writable = choose a folder that can be written, with --data
cannot-lock = { $path }: cannot be locked: { $error }
cannot-lock-help = keep the data directory on a local disk: some network file systems lock nothing
held-by-pipe = { $shown } is held by process { $pid } (`vigie logs pipe`), which did not let go of it within { $seconds } s
held-by-pipe-help = stop it (kill { $pid }) and what it reads from, and start both again, the server first
waits-for-pipe = { $shown } is held by process { $pid } (`vigie logs pipe`); waiting until it lets go
owner-silent = { $data }: process { $pid } holds this directory and does not answer
owner-silent-help = wait until it has stopped, or end it: kill { $pid }
held-by = { $data } is held by process { $pid } (`vigie { $command }`)
held-by-help = stop it first (kill { $pid }), or name another directory with --data; commands like `vigie jobs` work beside it
stopped-at-once = stopped at once; what was in flight shows as unknown at the next start
unknown-form = the server answered in a form this program does not know: { $error }
unknown-form-help = update the older of the two, and restart `vigie serve`
bad-path = `{ $path }` is no address: { $error }
asked-no-json = what is asked is no JSON: { $error }
owner-away = the process that owns the data directory does not answer on { $socket }: { $error }
owner-away-help = it may have just stopped: try again
answer-no-json = the answer is no JSON: { $error }
server-status = the server answered { $status }
answer-too-long = the answer is too long
answer-too-long-help = ask for less with --limit
source-default = default
no-setting-meant = { $name } is no setting: did you mean { $meant }?
no-setting = { $name } is no setting: remove it
check-config-path = check the path given by --config or VIGIE_CONFIG
settings-too-long = { $name }: is longer than { $n } bytes: is this a settings file?
settings-example = packaging/vigie.example.toml shows every setting
setting-meant = ; did you mean `{ $instead }`?
setting-listen = { $from }: listen: `{ $value }` is not an address and a port: write it as 127.0.0.1:8787
setting-base-path = { $from }: base-path: `{ $value }` cannot be the path that Vigie is served under: write /vigie, and choose a name that none of its own pages has
setting-proxy-login-from = { $from }: [proxy-login] from: name the addresses of the proxy that is believed, as ["10.0.0.5"]
setting-proxy-login-address = { $from }: [proxy-login] from: `{ $value }` is no address of a proxy: write 10.0.0.5, 10.0.0.0/24 or socket
setting-proxy-login-header = { $from }: [proxy-login] `{ $value }` cannot be the header that says who is logged in: write Remote-User
setting-proxy-login-groups = { $from }: [proxy-login] groups-header and the groups of a role go together: name both, or neither
setting-proxy-login-role = { $from }: [proxy-login] role: `{ $value }` is none: write viewer or operator
setting-proxy-login-admin = { $from }: [proxy-login] role: administrators are named by their groups: write viewer or operator, and admin-groups
setting-proxy-login-logout = { $from }: [proxy-login] logout: `{ $value }` is no address: write /oauth2/sign_out or https://…
socket-listening = answering programs of this machine on { $path }
socket-taken = { $path } is there and is no socket
socket-taken-help = choose another path under [socket]
socket-in-use = another program answers on { $path }
socket-group = this machine has no group { $group }
socket-group-help = name an existing group, or its number, under [socket]
setting-proxies = { $from }: proxies: `{ $wrong }` is neither an address nor a network: write 10.0.0.5 or 10.0.0.0/24
setting-networks = { $from }: alert-networks: `{ $wrong }` is neither an address nor a network: write 10.0.0.5 or 10.0.0.0/24
setting-database = { $from }: database: `{ $scheme }:…` is not known: write postgres://user@host/name, or leave it out for SQLite in the data directory
setting-zone = { $from }: time-zone: `{ $value }` is not a known zone: write it as Europe/Paris
setting-jobs-keep-days = { $from }: jobs-keep-days: `{ $value }` is not a number from 31 to 36500: correct it, or leave it out to keep everything
setting-jobs-max = { $from }: jobs-max: `{ $value }` is not a number from 1 to 1000: correct it
no-reason = no reason given
standing-nothing = { $state }, nothing was sent: { $n } skipped
standing-unknown = { $state }, { $n } unknown
standing-nothing-done = { $state }, nothing was done: { $n } skipped
standing-failed = { $state }, { $n } failed
standing-failed-both = { $state }, { $failed } failed, { $unknown } unknown
standing-undelivered = { $state }, { $n } not delivered
progress-paused = paused: { $why }
time-left = { $time } left
progress-waiting = waiting: { n-message } will be retried at { $at }
not-there-yet = { $shown } is not there yet
data-made-by = `vigie send`, `vigie demo` and `vigie serve` make it
check-path-rights = check the path and the rights on it
no-directory = { $shown } is no directory
name-another-data = name another with --data
not-writable = { $shown } cannot be written (owner { $owner }, mode { $mode })
not-writable-help = run as its owner, or give this user the right to write there
shown-readable-by-others = { $shown } can be read by others
owner-runs = process { $pid } (`vigie { $command }`) runs jobs here
owner-none = nobody runs jobs here now
see-log = see Vigie's log
disk-unknown = its free space is not known
disk-unknown-help = look with df
disk-free = { $n } MB free on { $mount }
disk-full-help = free some space, or move the data directory
disk-low-help = free some space soon
key-made-at-start = it is made at the first start; where accounts are already kept, restore it from a backup
check-rights = check the rights on it
key-keep-copy = { $shown }; keep a copy apart from the backups
key-misfit-help = copy it from where it was, or set VIGIE_SECRET_KEY_FILE; lost for good: `vigie doctor --accept-key`
key-accepted = { $file } is the database's key now ({ $fingerprint })
enter-again = enter the password of account { $account } again
zone-unknown = the system does not say which: days and logs are in UTC
zone-unknown-help = set time-zone = "Europe/Paris" in vigie.toml
files-no-limit = no limit is known
files-at-most = at most { $n }
files-raise = raise it for many clients: LimitNOFILE=65536 in the unit, or `ulimit -Hn 65536` as root
none-yet = none yet
database-missing = { $file } is missing, although this folder was in use: { $left } is still there
database-missing-help = restore a backup (vigie restore FOLDER), or begin anew in an empty folder (--data)
intents-damaged = { $file } is damaged: after a crash, everything that was being sent is marked as unconfirmed
intents-damaged-help = nothing to do before the next start, which begins it anew; then check the messages that are unconfirmed, and the disk
database-fine = its schema is this program's, and it answers
integrity-postgres = PostgreSQL looks after it
restore-backup = restore a backup
integrity-fine = the file is whole, and every job's counters agree with its items
database-damaged = the database is damaged: { $what }
counters-wrong = the counters of job { $job } are not those of its items
report-defect = please report it: it is a defect
correct-settings = correct it in vigie.toml
logs-in-use-repair = process { $pid } has it open: nothing was repaired
logs-in-use-repair-help = stop it, and run this again
logs-in-use-damage-help = stop it, and run `vigie doctor --repair`; or restore a backup
logs-in-use-damage = process { $pid } has it open and met damage: { $what }
logs-in-use = process { $pid } has it open, so it was not read through
logs-error-help = check the rights on telemetry/, or restore a backup
logs-whole-kb = { $segments } of { $n } kB, all whole
logs-whole-mb = { $segments } of { $n } MB, all whole
logs-damaged = { $n } damaged or gone, the rest is served: { $first }
logs-damaged-help = `vigie doctor --repair` sets them aside and keeps what is whole; or restore a backup
logs-unmendable = what is whole is kept, and nothing of the rest can be mended: { $first }
logs-unmendable-help = restore a backup, if what it held is needed
logs-footers-lost = ; { $n } files without their list of blocks: what was found in them is kept, what was not is not counted
logs-repaired = kept { $kept } records, lost at most { $n }{ $lost }
logs-repaired-help = the damaged files are copied in { $folders }
log-folder-help = correct `folders` in [log-store] of vigie.toml, or give this user the right to read there
account-is-paused = { $name } is paused: { $why }
account-is-paused-help = it resumes automatically, or after `vigie send` with the right password
account-gmail = { $name }: the Gmail API, not asked
account-url = { $name }: its address `{ $url }` cannot be read
account-url-help = send once more with the right --smtp
account-answers = { $name } answers: { $greeting }
check-server = check host, port and firewall
account-silent = { $name } does not answer
error = error: { $what }
warning = warning: { $what }
help-line = help: { $help }
at-place = { $place }: { $error }
quoted = "{ $text }"
cannot-start = error: the program cannot start: { $error }
standard-output = standard output: { $error }
standard-input = standard input: { $error }
value-listen = write an IP address and a port: 127.0.0.1:{ $port } for this machine only, 0.0.0.0:{ $port } for others too
value-rate = write a number, a slash and s, min or h, as in 60/min
value-duration = write a number and ms, s, m or h, as in 3s or 1h30m
value-job-state = write preparing, pending, running, paused, completed, failed or cancelled
value-item-state = write queued, running, succeeded, failed, unknown or skipped
value-zone = write a time zone, as in Europe/Paris
value-source-zone = write a time zone, as in Europe/Paris, or a part of a log’s name and its time zone, as in nginx=Europe/Paris
value-date = write a day as 2025-01-31
value-rows = write a row as 17, several as 175-190
n-message = { $n ->
    [one] { $n } message
   *[other] { $n } messages
}
n-row = { $n ->
    [one] { $n } row
   *[other] { $n } rows
}
n-recipient = { $n ->
    [one] { $n } recipient
   *[other] { $n } recipients
}
n-record = { $n ->
    [one] { $n } record
   *[other] { $n } records
}
n-line = { $n ->
    [one] { $n } line
   *[other] { $n } lines
}
n-problem = { $n ->
    [one] { $n } problem
   *[other] { $n } problems
}
n-secret = { $n ->
    [one] { $n } secret
   *[other] { $n } secrets
}
n-hit = { $n ->
    [one] { $n } hit
   *[other] { $n } hits
}
n-segment = { $n ->
    [one] { $n } segment
   *[other] { $n } segments
}
n-older-file = { $n ->
    [one] { $n } older file
   *[other] { $n } older files
}
n-error = { $n ->
    [one] { $n } error
   *[other] { $n } errors
}
n-warning = { $n ->
    [one] { $n } warning
   *[other] { $n } warnings
}
n-failed-row = { $n ->
    [one] { $n } failed row
   *[other] { $n } failed rows
}
n-good-row = { $n ->
    [one] { $n } good row
   *[other] { $n } good rows
}
n-failed = { $n } failed
n-unknown = { $n } unknown
n-skipped = { $n } skipped
standing-both = { $state }, { $failed } not delivered, { $unknown } unknown
ended-done = done
sent-of = : { $sent } sent of { $total }
took = , in { $time } ({ $rate }/s)
of-job = (job { $id })
of-recipient = { $address }:{" "}
going-on = going on with { $n ->
    [one] { $n } run
   *[other] { $n } runs
} that ended with its process (`vigie jobs`)
one-interrupted = 1 run was interrupted: vigie jobs resume { $id } goes on with it
several-interrupted = { $n } runs were interrupted: vigie jobs resume JOB goes on with it (`vigie jobs --state paused` lists them)
waits = waiting for vigie serve
nothing-runs-it = nothing runs it now: vigie serve, or the same send again
processed = { $name }: { $state }, { $done } of { $total } processed
more-rows = there are more than { $n }: raise --limit, or narrow the choice
matches = { $n ->
    [one] { n-record } matches
   *[other] { n-record } match
}
logs-none = no record matches
histogram-empty = … { $n ->
    [one] { $n } empty step
   *[other] { $n } empty steps
}
import-kept = { n-record } of { $file } are kept already; the same command goes on behind them
import-kept-again = { n-record } of { $file } are kept already; the same command, with --again, goes on behind them
import-total = { $formats }, { $records } in { $lines }
import-span = , { $first } to { $last } { $zone }
import-no-times = ; no time could be read, `vigie logs format try FILE` proposes a pattern
import-bar = {"{"}bar:32.green/dim{"}"} {"{"}percent:>3{"}"} %  {"{"}bytes{"}"}/{"{"}total_bytes{"}"}  {"{"}bytes_per_sec{"}"}  {"{"}eta{"}"} left  {"{"}msg{"}"}
what-comes-waits = what comes waits, and it is tried again
kept-and-lost = { $kept } were kept before, { $lost } and what came after were not
limits-none-own = none of its own
not-begun = the run was not begun: there is nothing to resume, and nothing was sent
begins-all-the-same = the run begins all the same, and goes on when the server lets it
summary = { $messages } for { $rows }, { $recipients }: { $eta }
right-password = run the same command again with the right password (prompt, VIGIE_SMTP_PASSWORD or --smtp-password-file)
correct-smtp = correct --smtp, then run the same command again
ways-out = give --smtp smtp://user@mail.example.org:587, or gmail://user@domain
header = { $name }: { $value }
attachment = { $name } ({ $mime }, { $n } bytes)
preview-text = text
dkim-key = DKIM key { $name }: { $error }
choose-nothing = send nothing
choice = { $what }:
key-refused = { $file }: { $state }: { $what }
trace-error = error
unit-days = days
unit-megabytes = MB
report-job = the report is sent by job { $id }
state-preparing = preparing
state-pending = pending
state-running = running
state-paused = paused
state-completed = completed
state-failed = failed
state-cancelled = cancelled
item-queued = queued
item-running = running
item-succeeded = succeeded
item-failed = failed
item-unknown = unknown
item-skipped = skipped
on-unknown-hold = hold
on-unknown-repeat = repeat
on-unknown-verify = verify
role-viewer = viewer
role-operator = operator
role-admin = admin
scope-ingest = ingest
scope-releases = releases
scope-progress = progress
scope-read = read
scope-write = write
scope-admin = admin
verdict-ok = ok
verdict-warn = warn
verdict-fail = fail
about-data-directory = data directory
about-owner = owner
about-running = running
about-disk = disk
about-secret-key = secret key
about-time-zone = time zone
about-open-files = open files
about-database = database
about-integrity = integrity
about-sending-journal = sending journal
about-log-store = log store
about-log-folder = log folder
about-account = account
about-clock = clock
about-source = log source
about-certificate = certificate
about-backup = backup
clock-behind = it is { $behind } behind what Vigie has written down
clock-alone = nobody sets it: it may drift
clock-help = let the machine set its clock by others: `timedatectl set-ntp true`, or install chrony
clock-synchronised = it is set by others
clock-unknown = it is right by what Vigie has written down; whether others set it cannot be told here
source-silent = { $source }: no line for 24 hours, { $n } in the seven days before
source-silent-help = look whether the program runs, whether its file is still written, and what [[collect]] names
certificate-over = { $check }: it has ended
certificate-ends = { $check }: it ends in { $n ->
    [0] less than a day
    [one] one day
   *[other] { $n } days
}
certificate-help = renew it, and look whether its renewal runs by itself
certificates-fine = { $n ->
    [one] the one that a check sees lasts
   *[other] the { $n } that checks see last
} for 14 days at least
backup-none = none is made
backup-none-help = set [backup] folder in vigie.toml: one is made every night then
backup-not-yet = none was made yet
backup-not-yet-help = look whether `vigie serve` runs; `vigie backup` makes one now
backup-fails = the last one failed: { $why }
backup-fails-help = check the folder of [backup] and its room; `vigie backup` makes one now
backup-last = the last one was made { $at }
column-id = id
column-state = state
column-done = done
column-failed = failed
column-unknown = unknown
column-skipped = skipped
column-created = created
column-name = name
column-kind = kind
column-application-name = application name
column-flow-name = flow name
column-created-by = created by
column-task-type = task type
column-task-id = task id
column-on-unknown = on unknown
column-message = message
column-level = level
column-line-time = time
column-fields = fields
column-reason = reason
column-total = total
column-succeeded = succeeded
column-queued = queued
column-running = running
column-created-at = created at
column-started-at = started at
column-finished-at = finished at
column-resumes-at = resumes at
column-row = row
column-line = line
column-to = to
column-why = why
column-account = account
column-limits = limits
column-sending-attempts-in-24-hours = sending attempts in 24 hours
column-standing = standing
column-setting = setting
column-value = value
column-from = from
column-bytes = bytes
column-written = written
column-file = file
column-table = table
column-rows = rows
column-hash = hash
column-scope = scope
column-ends = ends
column-last-used = last used
column-at = at
column-s = s
column-comment = comment
column-role = role
column-last-here = last here
semicolon = ;{" "}
reason-interrupted = interrupted
reason-daily-limit = the sending account has reached its limit for 24 hours. The remaining messages are waiting; none has failed because of this
reason-defect = Vigie paused this job after an internal error. Check the job’s log, then resume
reason-not-started = preparation was interrupted and nothing was sent. Start again
reason-not-prepared = preparation was interrupted and nothing was sent. Start again
reason-account-missing = the sending account no longer exists. Create it again under the same name, or start a new mailing with another account
reason-account-url = the settings of the sending account are not valid. Correct the account, then resume
reason-dkim-key-unreadable = the DKIM key cannot be read. Check the file and its permissions, then resume
reason-scheduled = scheduled. Sending starts at the planned time
reason-settings = the job’s settings are not valid. The job’s log says which one
reason-database = the database is not responding. The job resumes automatically when it does
reason-secret-key-missing = the password of the sending account cannot be decrypted on this server. Enter it again on the account’s page, then resume
reason-key-missing = the password of the sending account cannot be decrypted on this server. Enter it again on the account’s page, then resume
reason-secret-missing = the password of the sending account cannot be decrypted on this server. Enter it again on the account’s page, then resume
reason-paused = paused until someone resumes it
reason-by-hand = stopped by a user
paused-by = paused by { $name }
cancelled-by = cancelled by { $name }

## Projects and issues

project-made = project "{ $name }"; its program is set up with this DSN:
project-paste = lines to paste: { $path }
project-removed = project "{ $name }" is deleted; its events are being removed
project-kept = project "{ $name }" is kept
project-remove-sure = Delete project "{ $name }" with its issues, events and files? This cannot be undone. [y/N]{" "}
project-remove-refused = project "{ $name }" is not deleted: nobody can be asked here
project-remove-refused-help = add --yes to delete it without being asked
project-url-bad = --url: `{ $url }` is not where a program reaches Vigie
project-url-help = write it as http://127.0.0.1:8787 or https://vigie.example.org
projects-none = there are no projects: vigie project create NAME
issues-none = no issue matches
issue-where = { $culprit } · project { $project }
issue-stands = state: { $state }
issue-counts = events: { $events }, users: { $users }
issue-seen = first seen { $first }, last seen { $last }
issue-release = last release: { $release }
issue-error = { $kind }: { $said }
issue-call = { $file } in { $function }
issue-calls-left-out = { $n ->
    [one] { $n } call before it
   *[other] { $n } calls before it
}
issue-resolved = { $issue } is resolved
issue-ignored = { $issue } is ignored
issue-reopened = { $issue } is open again
issue-state-new = new
issue-state-ongoing = ongoing
issue-state-regressed = regressed
issue-state-resolved = resolved
issue-state-ignored = ignored
celery-no-broker = no broker: add [celery.NAME] with broker = "redis://…" to vigie.toml, then restart Vigie
celery-no-worker = no worker has been heard from
celery-no-queue = no queue is known
celery-no-task = no task matches
celery-connected = connected
celery-connecting = connecting
celery-away = out of reach
celery-online = online
celery-offline = stopped
celery-lost = lost
celery-family = Related tasks:
celery-purged = { $n ->
    [one] { $n } message was deleted
   *[other] { $n } messages were deleted
}
celery-holds = { $n ->
    [one] nothing was deleted: the queue holds { $n } message
   *[other] nothing was deleted: the queue holds { $n } messages
}
celery-holds-none-help = the queue is empty, or has another name: see their list
celery-holds-help = look at them, then confirm with --messages { $n }
celery-order-failed = the broker answered with an error: { $error }
celery-answered = { $worker }: { $text }
celery-refused = { $worker } refused: { $text }
celery-beat-dry = nothing was made: --apply makes these schedules
celery-beat-kept = { $n ->
    [one] { $n } schedule was made; stop beat now, otherwise each task is sent twice
   *[other] { $n } schedules were made; stop beat now, otherwise each task is sent twice
}
celery-beat-none = { $file } holds no schedule of beat
celery-beat-none-help = write the tables of django-celery-beat into a file: python manage.py dumpdata django_celery_beat > beat.json
celery-beat-no-worker = no worker has told a beat_schedule
celery-beat-left-out = left out: { $why }
celery-beat-paused = paused, as in beat
celery-beat-lost = not kept: { $fields }
celery-beat-solar = Vigie has no schedules by the sun
celery-beat-often = more than once a second
celery-beat-once = an interval of which beat runs one; give it a date instead
celery-beat-unread = { $what } could not be read
celery-told = told; no worker answered
celery-task-of = { $name } · { $state }
celery-task-id = ID { $id }, broker { $broker }
celery-task-seen = received { $at }, worker { $worker }, run time { $time }
celery-task-args = arguments: { $args } { $kwargs }
celery-task-result = result: { $result }
celery-task-error = error: { $error }
releases-none = no release yet
releases-which = there are several projects
releases-which-help = name one with --project: { $slugs }
releases-share = { $percent }%
release-of = { $version } · project { $project }
release-seen = first seen { $first }, last event { $last }
release-counts = events: { $events }, new issues: { $issues }
release-sessions = sessions of the last 7 days: { $sessions }, crash-free: { $crash_free }, crash-free users: { $users }
release-no-sessions = no sessions in the last 7 days
release-artifacts = files with source maps: { $files }
release-deploy = deployed to { $environment }, { $at }
column-issue = issue
column-broker = broker
column-last-event = last event
column-address = address
column-error = error
column-worker = worker
column-pool = pool
column-active = active
column-processed = processed
column-load = load
column-queues = queues
column-last-sign = last sign
column-queue = queue
column-waiting = waiting
column-fetched = fetched
column-workers = workers
column-task = task
column-received = received
column-time = time
column-arguments = arguments
column-release = release
column-adoption = adoption
column-sessions = sessions
column-crash-free-sessions = crash-free sessions
column-crash-free-users = crash-free users
column-new-issues = new issues
column-first-seen = first seen
column-events = events
column-users = users
column-last-seen = last seen
column-what = what
column-slug = slug
column-platform = platform
column-first-event = first event

### Schedules

value-missed = write skip, once or all
value-variable = a name and a value: DJANGO_SETTINGS_MODULE=shop.settings
value-overlap = write skip, queue or replace
schedule-kept = schedule "{ $name }": { $said }
schedule-next = next run: { $at }
schedule-nobody = nothing runs yet: `vigie serve` begins runs when they are due
schedule-paused = schedule "{ $name }" is paused
schedule-started = schedule "{ $name }" runs now; `vigie jobs watch` follows it
schedule-removed = schedule "{ $name }" is deleted; its jobs are kept
schedules-none = there are no schedules: vigie schedule add NAME --when '0 8 * * MON' -- COMMAND
schedules-kept = { $n ->
    [one] { $shown } schedule kept
   *[other] { $shown } schedules kept
}
schedule-file-long = { $file }: longer than a file of schedules may be
schedule-state-active = active
schedule-state-paused = paused
schedule-state-ended = ended
run-state-waiting = waiting
run-state-started = started
run-state-failed = not started
run-state-missed = missed
run-state-skipped = skipped
column-when = when
column-expression = expression
column-zone = time zone
column-days-off = days off
column-missed = missed runs
column-overlap = overlapping runs
column-last-run = last run
column-next-run = next run
column-note = note
column-run = run
column-job = job
column-detail = detail
run-cannot-start = vigie run: { $program } cannot be started: { $error }
run-not-reported = vigie run: the run is not reported: { $data }: { $error }

## Alerts and channels

alerts-none = nothing is wrong
alert-acknowledged = acknowledged
alert-silenced = { $n ->
    [one] silenced for { $n } minute
   *[other] silenced for { $n } minutes
}
alert-state-pending = pending
alert-state-firing = firing
alert-state-resolved = resolved
alert-state-expired = ended
alert-state-acknowledged = acknowledged by { $by }
severity-info = info
severity-warning = warning
severity-critical = critical
rule-on = on
rule-off = off
rule-saved = rule { $id } is saved
rule-previewed = { $n ->
    [one] would have fired { $n } time in the last 7 days
   *[other] would have fired { $n } times in the last 7 days
}
channels-none = there are no channels: vigie channel add NAME --type slack
channel-made = channel "{ $name }" is created: vigie channel test sends a test
channel-failing = failing: { $why }
channel-works = last message { $at }
channel-unused = no message yet
channel-told = a test was sent to "{ $name }"
channel-not-told = the test was not delivered to "{ $name }": { $error }
channel-deleted = channel "{ $name }" is deleted
channel-missing = there is no channel "{ $name }"
channel-missing-help = vigie channel lists those there are
column-severity = severity
column-since = since
column-about = about

diagnose-no-time = the question gives no time
diagnose-no-time-help = say when, as in "the mailing stopped yesterday at 22:20", or with --at 22:20
diagnose-not-a-time = "{ $text }" is not a past date or time
diagnose-no-answer = the diagnosis has no answer: { $said }
diagnose-no-answer-help = ask again; the log of vigie serve says more
mcp-input = standard input cannot be read: { $error }
mcp-too-long = a message is longer than 1 MB
diagnose-bundled = written: { $path }
diagnose-bundle-asked = { $path } is a bundle: it answers the question that it was made for
diagnose-bundle-asked-help = ask without a question: vigie diagnose --root FILE
diagnose-no-bundle = { $path } is no bundle of vigie diagnose
diagnose-no-bundle-help = --root takes a folder that is read as /, or a file that --bundle has written
diagnose-newer-bundle = { $path } was written by a newer Vigie (version { $n } of the format)
diagnose-changed-bundle = { $path } is not as it was written: take the original once more
diagnose-window = the window ends before it begins, or lasts longer than two days
diagnose-bad-list = { $path }: no column holds e-mail addresses
diagnose-list-unreadable = { $path }: line { $line } is not CSV; save the list as CSV again
diagnose-list-too-many = { $path }: more than { $n } rows; split the list
diagnose-no-file = --logs { $pattern }: no file matches
diagnose-no-file-help = write the path as it is below --root, in quotes: --logs "/srv/app/logs/*.log"
diagnose-not-written = { $path } was not written: nothing shows that sending to the remaining recipients is safe
diagnose-not-written-help = the report gives the reasons, where it speaks of resuming; ask again once they are settled
diagnose-written = { $n ->
    [one] { $path }: { $n } row written
   *[other] { $path }: { $n } rows written
}
diagnose-no-dash = the standard output is for the report
diagnose-no-dash-help = name a new file instead of `-`
file-there = { $path } is there already
file-there-help = name another file: nothing is overwritten
diagnose-list-too-long = { $path }: the list is larger than 64 MB
backup-done = backed up to { $folder }: { $n ->
    [one] one file
   *[other] { $n } files
}, { $size }, verified
backup-removed = removed { $n ->
    [one] one older backup
   *[other] { $n } older backups
}
backup-without-key = the secret key is not in it, so that nobody who finds the backup can use your passwords: keep a copy of { $key } elsewhere
backup-no-folder = name the folder that backups are kept in
backup-no-folder-help = `vigie backup /mnt/backups`, or [backup] folder in vigie.toml
setting-heartbeat = { $from }: [heartbeat] url: it is no address that can be called: write https://…
heartbeat-setting = { $host }, every minute
backup-setting = { $folder }, every day at { $at }, keep { $keep }
backup-step-database = copying the database
backup-step-files = copying files, { $size }
backup-step-verify = verifying, { $size }
backup-full-help = free some space, or choose another folder
backup-damaged-help = run `vigie doctor`; if the backup itself is damaged, use an older one and check its disk
backup-busy-help = wait until it is done
restore-nothing-help = name a folder that `vigie backup` has written to
restore-not-empty = { $to }: there is something there already
restore-not-empty-help = choose another directory with --to; or --replace, which keeps what is there beside it
restore-of = backup of { $at }, { $data } on { $host }: { $n ->
    [one] one file
   *[other] { $n } files
}, { $size }, intact
restore-held = These jobs were open. They will be paused:
restore-schedules = { $n ->
    [one] One schedule will be paused
   *[other] { $n } schedules will be paused
}
restore-preview = nothing was changed; without --dry-run it is put into { $to }
restore-done = restored to { $to }
restore-beside = what was there is now in { $place }: remove it when you no longer need it
restore-next = Nothing is sent automatically. Messages sent after { $at } are not known here. For each paused job, check what the sending account has sent since, then resume or cancel it. Then resume the schedules.
restore-no-key = the backup has no secret key: put it at { $place } (mode 600) before you start Vigie; if it is lost, run `vigie doctor --accept-key` and enter the accounts’ passwords again
restore-postgres = the state was in PostgreSQL, and is in vigie.db now. To bring it into an empty PostgreSQL database: without `database` in the settings, `vigie --data { $to } migrate --to postgres://user@host/name`
reason-restored = restored from a backup; messages may have been sent since: see what the account has sent, then resume or cancel

# Checks.
column-90-days = 90 days
column-last-heard = last heard
column-expected = expected
column-took = took
column-text = text
checks-none = no checks yet: `vigie check add backup --every 24h` creates one
check-kept = check { $name } is saved
check-call = call this address when the job has ended well:
check-port = { $address }: enter a host and a port: mail.example.org:25
check-floor = { $text }: enter a name and a number: rows=100
check-stands = { $name }: { $state }
check-removed = check { $name } is deleted
check-state-new = new
check-state-up = up
check-state-late = late
check-state-down = down
check-state-paused = paused
check-why-missed = not heard from in time
check-why-failed = reported a failure
check-why-exited = ended with an error, status
check-why-too-long = running for too long
check-why-too-little = did less than expected
check-why-unreachable = no answer
check-why-refused = Vigie is not allowed to reach this address
check-why-status = unexpected status
check-why-text = expected text not found
check-why-slow = too slow
check-why-certificate = certificate invalid or soon to expire
check-why-redirects = too many redirects
check-why-name = resolves to another address

sync-kept = { $name } is saved as configuration { $number }
sync-no-source = { $name }: neither --source and --target nor [sync.{ $name }] in vigie.toml say which instances
sync-no-source-help = vigie sync add NAME --source URL --target URL
syncs-none = there are no configurations: vigie sync add NAME --source URL --target URL
sync-check-good = both instances answer, and nothing stands in the way
sync-planned = plan { $id } is saved; to write exactly that: vigie sync run { $name } --plan { $id }
sync-plan-refused = the target would refuse { $count } of them
sync-plan-unasked = { $count } tracker records could not be validated: the target does not have their metadata yet; run the metadata first
sync-plan-held = more would be deleted than runs delete by themselves ({ $types }): running this plan does
sync-map-unread = { $file } cannot be read: { $error }
sync-map-line = { $file }:{ $line }: give type, uid or code of the source, uid of the target
sync-begun = run { $id } has started: vigie sync status shows its progress
sync-succeeded = both sides are equal: { $count } objects and values were written and read again
sync-failed = the run has failed: { $problem }
sync-started = { $name } runs automatically from now on
sync-started-manual = { $name } is started, but its mode is manual: nothing starts automatically. To make it automatic: vigie sync add --automatic
sync-stopped = { $name } no longer runs automatically
sync-no-runs = it has not run yet
sync-more = and { $count } more
sync-equal = both sides are equal
sync-different = the sides differ

check-crontab = in a crontab:
check-no-data = no data yet
check-published = { $name } is on the public status page: { $url }
check-published-off = { $name } will be on the public status page, which is not published: `vigie check status-page --on` publishes it
check-hidden = { $name } is not on the public status page
status-page-on = the public status page shows { $n ->
    [one] { $n } check:
   *[other] { $n } checks:
}
status-page-off = the public status page is not published: `vigie check status-page --on` publishes it
maintenances-none = no maintenance is planned: `vigie maintenance add upgrade --for 2h` plans one
maintenance-everything = everything
maintenance-kept = maintenance { $name } is planned, from { $from } to { $until }
maintenance-ended = maintenance { $name } is over
maintenance-unknown = no planned maintenance is called { $name }
maintenance-day = { $text }: write days as mon,tue,wed,thu,fri,sat,sun or daily
maintenance-state-now = in progress
maintenance-state-planned = planned
maintenance-state-over = ended
column-starts = starts
column-until = ends
column-maintenance = maintenance until
column-public = public name
column-crontab = crontab line

### Mail that programs hand over.

submission-resent = message { $id } will be sent again
submission-released = message { $id } will be sent now
submission-of = { $subject } · { $state }
submission-job = job { $job }, item { $n }
submission-at = received { $at }, attempts: { $tries }
submission-from = from { $from } to { $to }
submission-next = next attempt { $at }
submission-gone = the content is no longer kept
submission-file = file { $name }, { $bytes } bytes
submission-none = the port is not set up: there is no [submission] in the settings
submission-none-help = add [submission] with listen = "127.0.0.1:2525" to vigie.toml, then restart Vigie
submission-no-account = there is no sending account, so nothing could leave
submission-no-account-help = add one on the page Accounts, or with `vigie send`
submission-account = there is no sending account { $name }
submission-account-help = correct account at { $place }, or add that account
submission-accounts = there are several sending accounts, and none is named
submission-accounts-help = name one: account = "…" under [submission] in vigie.toml
submission-step-account = ✓ sending account: { $name }
submission-away = the port { $address } cannot be reached: { $error }
submission-away-help = start `vigie serve`; if it runs, restart it so that it reads [submission]
submission-step-port = ✓ the port answers: { $address }
submission-step-taken = ✓ message taken: { $id }
submission-step-sent = ✓ delivered to the mail server for { $to }
submission-not-sent = the message was taken, but it was not sent ({ $state }): { $detail }
submission-not-sent-help = see `vigie submission show { $id }`; check the account on the page Accounts
submission-subject = Test of Vigie
submission-text = This message was handed to Vigie by "vigie submission test". If you read it, everything works.
submission-cut = the port did not answer to { $said }: { $error }
submission-cut-help = see the log of `vigie serve`; another program may be using the port
submission-refused = the port refused { $said }: { $reply }
submission-refused-help = correct what the reply says, then try again
submission-state-queued = waiting
submission-state-running = being sent
submission-state-succeeded = sent
submission-state-failed = failed
submission-state-unknown = unknown
submission-state-skipped = skipped
format-known = recognised as { $format }: it needs no pattern
format-wrong = the pattern cannot be used: { $error }
format-wrong-help = `vigie logs format try FILE --pattern …` shows what a pattern makes of the lines
format-none = no line has a time or a level that is recognised: no pattern can be proposed
format-none-help = give one with --pattern, as '%{"{"}time{"}"} %{"{"}level{"}"} %{"{"}message{"}"}'
format-fits = { $fitting } of { $lines } lines fit; { $timed } with a time, { $graded } with a level
format-no-fit = (no fit)
format-fits-nothing = the pattern fits no line of the file
format-exists = vigie.toml has a format of the name { $name } already
format-exists-help = give another name, or change the pattern there
format-kept = kept in { $file }: restart `vigie serve` for it to be used. Lines that were imported already are read with it by `vigie logs import --again`
format-not-kept = { $file } cannot take the format: { $error }
format-not-kept-help = write it there yourself:
    { $table }
context-json = --context shows lines of files for people
context-json-help = leave out --json, or --context
ledger-damaged = { $file }: { $n ->
    [one] a line is damaged; the file it told of would be imported anew
   *[other] { $n } lines are damaged; the files they told of would be imported anew
}
collect-nothing = { $place }: `{ $pattern }` names no file now: is it written right, and may this user read the folder?
column-no = no
column-source = source
column-target = target
column-begun = begun
column-ended = ended
column-errors = errors
column-conflicts = conflicts
column-conflict = conflict
column-problem = problem
column-type = type
column-create = create
column-update = update
column-delete = delete
column-equal = equal
column-kept = kept
column-extra = extra
sync-phase-planning = comparing
sync-phase-metadata = writing metadata
sync-phase-planning-values = comparing values
sync-phase-values = writing values
sync-phase-planning-completeness = comparing completeness
sync-phase-completeness = writing completeness
sync-phase-planning-tracker = comparing tracker data
sync-phase-tracker = writing tracker data
sync-phase-succeeded = succeeded
sync-phase-failed = failed
