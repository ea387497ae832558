## The logs: search

menu-logs = Logs
menu-files = Log files
pager-previous = Previous page
explore-q = Search logs
explore-placeholder = Words, "phrases", level>=warning, field:value…
explore-search = Search
explore-range = Time range
range-15m = 15 min
range-1h = 1 h
range-24h = 24 h
range-7d = 7 d
range-all = All
range-own = Custom range
range-from = From
range-to = To
range-zone = Time zone: { $zone }. Leave a field empty for an open range.
range-unread = “{ $text }” is not a valid date and time. Use this format: 2025-01-31T14:00.
range-show = Apply range
explore-help = Search syntax
help-word = lines that contain this word, upper or lower case
help-phrase = these words in this order
help-prefix = words that start with this text
help-substring = this text anywhere, even inside a word
help-regex = a regular expression
help-field = lines where the field has this value
help-level = this level or a more severe one
help-number = lines where the number is greater
help-not = lines that do not contain this word
help-or = lines that match either condition
help-brackets = grouped conditions
help-time = lines of the last 90 minutes; lines of that day
help-stats = counts and averages instead of lines
help-sort = largest first, ten rows only
explore-saved = Saved searches
explore-schedule = Schedule
explore-saved-none = No saved searches yet. Run a search, then give it a name.
explore-saved-name = Search name
explore-saved-save = Save search
explore-saved-delete = Delete “{ $name }”
explore-saved-nameless = The search was not saved because it has no name. Go back and enter a name.
explore-saved-long = The name is longer than { $most } characters. Go back and shorten it.
explore-saved-gone = This saved search no longer exists.
explore-saved-done = Search saved.
explore-saved-full = { $n ->
    [one] The search was not saved: you already have { $shown }, which is the limit. Delete one first.
   *[other] The search was not saved: you already have { $shown }, which is the limit. Delete one first.
}
explore-export = Export
export-text = Text, as received
export-jsonl = JSON (one object per line)
export-csv = CSV
explore-live = Live
explore-as-of = · new lines are not counted
explore-live-on = New lines appear as they arrive.
explore-live-stop = Stop
explore-live-lost = Connection lost. Reconnecting…
explore-new-one = 1 new line
explore-new-many = %n% new lines
explore-missed-one = 1 line arrived too fast to be shown. Reload the page to find it.
explore-missed-many = %n% lines arrived too fast to be shown. Reload the page, then use the next pages to find them.
explore-lines-n = { $n ->
    [one] { $shown } line
   *[other] { $shown } lines
}
explore-per-step = one bar = { $step }
explore-bar = { $from } to { $until }: { $lines }
explore-as-table = Show as table
explore-over-time = Lines over time
explore-from = From
explore-lines = Lines
legend-error = error
legend-fine = other
level-trace = trace
level-debug = debug
level-info = info
level-warning = warning
level-error = error
level-critical = critical
field-level = Level
field-app = Application
field-source = Source
explore-facets = Fields in these lines
explore-many-values = Too many values to count.
explore-only = Show only
explore-without = Exclude
explore-results = Matching lines
explore-table = Result
explore-patterns = Lines by pattern
patterns-trend = Trend
patterns-pattern = Pattern
patterns-last = Latest line
patterns-example = Example:
help-patterns = similar lines counted together
help-kind-span = durations of requests and tasks, by endpoint
help-kind-error = errors reported by applications
explore-cut = { " … " }{ $bytes } bytes
explore-cut-script = … %n% bytes
explore-no-match = No lines found
explore-no-match-help = Try fewer words, a wider time range, or *text* for part of a word.
explore-wider = Search all time
explore-empty = No logs collected yet
explore-empty-help = Send logs from a program, or choose files for Vigie to follow. You can search them immediately.
explore-empty-source = test
explore-empty-message = Hello
explore-empty-http = From any program
explore-empty-import = An existing file
explore-begin = Collect your first logs
explore-begin-help = So far, only Vigie’s own logs are collected. Here are three ways to add more. This message disappears once other logs arrive.
doubt-no-field = no line has a field “{ $name }”.
doubt-equals = is searched as words. To search a field, use a colon.
doubt-as-written = must match exactly, including upper and lower case.
doubt-part-of-source = must match the whole source. The source of a file is its path.
doubt-in-fields = is not in any message. To search fields too, use *:
doubt-level = is searched as a word. To search a level, use level:
query-wrong = { $what }: { $remedy }
query-wrong-part = “{ $part }”: { $what }, { $remedy }
query-doubt = “{ $part }”: { $what }
query-doubt-meant = “{ $part }”: { $what } Did you mean “{ $instead }”?
doubt-meant = Did you mean
doubt-meant-end = ?
explore-facets-part = Partial counts.
explore-empty-files = From files and the system journal
explore-keys = / to search, j and k to move, Enter to open, Esc to close
explore-oldest-first = Oldest first
explore-newest-first = Newest first
explore-context = Show context
explore-job = View job
explore-trace = View trace
explore-whole = Full message
explore-whole-download = Download full message
explore-open = Open this line
explore-time = Time
explore-columns = Columns
explore-columns-lead = Columns, with their width in characters
explore-columns-width = Width of
explore-columns-more = Other fields, separated by commas
explore-columns-show = Apply columns
explore-columns-usual = Reset columns
explore-open-failed = This line cannot be opened right now. Try again.
explore-record = Log line
explore-gone = Line “{ $seq }” was not found. It may have been deleted after its retention period, or the address is incomplete.
explore-message = Message
explore-around = Context in the same source
explore-alone = This source has no other lines.
explore-earlier = Earlier lines
explore-later = Later lines
explore-same-source = All lines of this source
partial-cancelled = The search ran out of time, so the results are incomplete. Choose a shorter time range, or add a word.
partial-damaged = { $n ->
    [one] Results are incomplete: { $shown } damaged part of the log store could not be read. Run “vigie doctor” for details.
   *[other] Results are incomplete: { $shown } damaged parts of the log store could not be read. Run “vigie doctor” for details.
}
partial-undeleted = Deleted lines may appear: the list of deletions is damaged. Run “vigie doctor” for details.
partial-groups = { $n ->
    [one] There were too many groups. { $shown } line is not counted.
   *[other] There were too many groups. { $shown } lines are not counted.
}
partial-memory = The search needed more than its memory limit of { $most }.
explore-future = { $n ->
    [one] { $shown } line is dated in the future.
   *[other] { $shown } lines are dated in the future.
}
partial-rows = { $n ->
    [one] Only the first row is shown.
   *[other] Only the first { $shown } rows are shown.
}

## What is wrong with a query

fault-too-long = The search is longer than { $most } bytes
fault-too-many-terms = The search has more than { $most } conditions
fault-too-deep = There are more than { $most } nested brackets
fault-too-many-pipes = There are more than { $most } steps or names
fault-quote-open = A quotation mark is not closed
fault-bracket-open = A bracket is not closed
fault-bracket-stray = This closing bracket has no opening bracket
fault-bracket-empty = The brackets are empty
fault-pipe-in-brackets = “|” cannot be used inside brackets
fault-nothing-behind = “{ $text }” needs a condition after it
fault-nothing-before = “{ $text }” needs a condition before it
fault-no-value = “{ $text }” has no value
fault-empty-phrase = The quotation marks are empty
fault-star-inside = “*” cannot be used inside a word
fault-bad-regex = This regular expression is not valid
fault-not-a-number = “{ $text }” is not a number
fault-not-a-level = “{ $text }” is not a level
fault-no-level-there = No level is beyond this one
fault-not-a-time = “{ $text }” is not a date or time
fault-not-a-duration = “{ $text }” is not a duration
fault-unknown-pipe = The step “{ $text }” does not exist
fault-unknown-aggregate = The function “{ $text }” does not exist
fault-needs-field = “{ $text }” needs a field
fault-name-missing = A name is missing
fault-not-a-limit = “{ $text }” is not a number of rows
fault-left-over = “{ $text }” is not valid here
fault-remedy-shorten = shorten it
fault-remedy-quote = close it with "
fault-remedy-bracket = close it with )
fault-remedy-stray = delete it, or put it in quotation marks
fault-remedy-empty = write a condition inside, or put the brackets in quotation marks
fault-remedy-pipe = write OR between alternatives, or "|" to search for the character
fault-remedy-complete = add a condition, or write the word in lower case to search for it
fault-remedy-value = write it directly after the colon, as in app:nginx, or put the whole text in quotation marks
fault-remedy-phrase = write the text to search for between them
fault-remedy-star = put it at the start or end, as in pay*, or write a regular expression, as in /pay.*late/
fault-remedy-regex = correct it, or put the text in quotation marks
fault-remedy-number = write a number, as in status>=500
fault-remedy-level = use trace, debug, info, warning, error or critical
fault-remedy-level-there = use a level between trace and critical
fault-remedy-time = use 2026-11-17, 2026-11-17T08:30, today, or 1h for one hour ago
fault-remedy-edge = use 2025-01-31T14:00:00Z, 2025-01-31, or 15m, 1h, 7d for a time in the past; this limit is ignored until then
fault-empty-range = This time range is empty: it ends before it starts
fault-remedy-range = put the earlier time first
fault-remedy-duration = write a number and s, m, h, d or w, as in 5m
fault-remedy-step = use stats, patterns, sort, limit or fields; or OR between alternatives; or "|" to search for the character
fault-remedy-aggregate = use count(), avg(x), min(x), max(x), sum(x), p95(x) or uniq(x)
fault-remedy-field = name the field in brackets, as in avg(duration_ms)
fault-remedy-name = write a field name, in quotation marks if it contains spaces
fault-remedy-limit = write a whole number, as in limit 100
fault-remedy-left-over = delete it, or separate names with commas

## Log files

files-lead = Files in the configured folders, exactly as they are on disk.
files-all = All files
files-last = Latest lines
files-search = Search files
files-none = No log files yet
files-none-help = Files appear as soon as a program writes them to one of these folders.
files-name = File
files-folder = Folder:
files-job = View job
files-size = Size
files-modified = Last modified
files-view = View
files-download = Download
files-clear = Clear
files-clear-title = Clear { $name }?
files-clear-text = The file is emptied. Its content is kept once, in a compressed copy that replaces any earlier copy.
files-clear-sure = Clear file
files-cleared = { $name } cleared. A copy of its content was kept.
files-cleared-empty = { $name } is already empty.
files-kept = Kept copy
files-left-out = { $n ->
    [one] { $shown } more file is not shown.
   *[other] { $shown } more files are not shown.
}
files-unread = The folder { $name } cannot be read. Check that it exists and that Vigie has permission to read it.
files-unreadable = { $name } cannot be read.
files-unknown = The log file “{ $name }” does not exist.
files-lines = Lines to show
files-last-n = { $n ->
    [one] last line
   *[other] last { $shown }
}
files-last-lead = { $n ->
    [one] The last line of each watched file, or of the most recent files.
   *[other] The last { $shown } lines of each watched file, or of the most recent files.
}
files-reload = Reload
files-to-end = Go to end
files-follow = Follow
files-anew = The file was cleared or replaced. New content follows.
files-cut = The result is incomplete: the lines are too long to show at once.
files-empty = This file is empty
files-search-lead = Search for a text in all log files, including compressed ones.
files-query = Text to search for
files-language = use the log search syntax
files-no-steps = Steps after “|” are ignored in file searches. To build tables, search the collected logs.
files-choose = Search selected files only
files-searched = { $matches } found in { $lines } lines ({ $bytes })
files-many-hits = { $n ->
    [one] Only the first line is shown. Refine your search.
   *[other] Only the first { $shown } lines are shown. Refine your search.
}
deed-log-clear = Cleared a log file
deed-logs-delete = Deleted log lines

## The format of a log file

format-title = Line format
format-lead = If these lines are not recognised, describe them with a pattern. It applies to lines read from now on; for a file that was imported, run vigie logs import --again.
format-recognised = These lines are recognised as { $name }. No pattern is needed.
format-pattern = Pattern
format-hint = Write the line as it is, with %{"{"}time{"}"}, %{"{"}level{"}"}, %{"{"}logger{"}"}, %{"{"}message{"}"} where it varies, and fields such as %{"{"}word:user{"}"}, %{"{"}number:status{"}"}, %{"{"}ip:client{"}"}, %{"{"}quoted:agent{"}"} or %{"{"}text:reason{"}"}. A space matches one or more.
format-try = Try
format-fits = { $fitting } of the last { $lines } lines match: { $timed } with a time, { $graded } with a level.
format-lines = What the pattern reads in each line
format-time = Time
format-level = Level
format-fields = Fields
format-message = Message
format-no-fit = no match
format-name = Name
format-name-hint = The value of the field “format” of these lines. Letters, digits, “_” and “-”.
format-keep = Save
format-kept = The format { $name } has been saved. It is used for the lines read from now on.
format-fault-name = Use 1 to 40 letters, digits, “_” and “-”.
format-fault-taken = A format with this name already exists. Choose another name.
format-fault-long = The pattern is too long.
format-fault-open = A “%{"{"}” is not closed with “{"}"}”.
format-fault-unknown = “{ $text }” is not a known element.
format-fault-twice = “{ $text }” is used twice. Rename one of them.
format-fault-field = “{ $text }” needs a field name, for example %{"{"}word:user{"}"}.
format-fault-endless = Nothing shows where “{ $text }” ends. Add the text that follows it.
format-fault-empty = The pattern needs a time, a level or a message.
format-fault-fits-none = The pattern matches no line.
format-fault-not-kept = The format could not be saved: { $text }
deed-log-format = Described the format of a log file
