## The logs: search

menu-logs = Logs
menu-files = Log files
pager-previous = Previous page
explore-q = Search the logs
explore-placeholder = Words, "phrases", level>=warning, field:value …
explore-search = Search
explore-range = Over what time
range-15m = 15 min
range-1h = 1 h
range-24h = 24 h
range-7d = 7 d
range-all = All
range-own = From … to …
range-from = From
range-to = To
range-zone = Times in { $zone }. An empty field is no bound.
range-unread = “{ $text }” is no date with a time. Write one such as 2025-01-31T14:00.
range-show = Show this time
explore-help = What can be written here
help-word = lines with this word, in letters of either case
help-phrase = these words one after the other
help-prefix = words that begin so
help-substring = this text anywhere, within words too
help-regex = a regular expression
help-field = lines whose field has this value
help-level = of this level or a graver one
help-number = whose number is larger
help-not = lines without it
help-or = one or the other
help-brackets = brackets
help-time = from so long ago on; within a day, an hour …
help-stats = counts and averages in place of lines
help-sort = the largest first, and only ten
explore-saved = Saved
explore-saved-none = No search is saved yet. Search for something, and give it a name.
explore-saved-name = Name of this search
explore-saved-save = Save
explore-saved-delete = Forget “{ $name }”
explore-saved-nameless = The search has no name, so that it is not saved. Go back, and write a name for it.
explore-saved-long = The name is longer than { $most } characters. Go back, and shorten it.
explore-saved-gone = There is no such search: it may be forgotten already.
explore-saved-done = The search is saved.
explore-saved-full = { $n ->
    [one] The search is not saved: there is { $shown } already. Forget one first.
   *[other] The search is not saved: there are { $shown } already. Forget one first.
}
explore-export = Export
export-text = Text, as it came
export-jsonl = JSON lines
export-csv = CSV
explore-live = Live
explore-as-of = · without the lines that arrive now
explore-live-on = New lines are shown as they arrive.
explore-live-stop = Stop
explore-live-lost = Connection lost, trying again …
explore-new-one = 1 new line
explore-new-many = %n% new lines
explore-missed-one = 1 line came too fast to be shown here. The search has it: reload the page to look for it.
explore-missed-many = %n% lines came too fast to be shown here. The search has them: reload the page, and go to the next pages.
explore-lines-n = { $n ->
    [one] { $shown } line
   *[other] { $shown } lines
}
explore-per-step = one bar is { $step }
explore-bar = { $from } to { $until }: { $lines }
explore-as-table = As a table
explore-over-time = Lines over time
explore-from = From
explore-lines = Lines
legend-error = error
legend-fine = others
level-trace = trace
level-debug = debug
level-info = info
level-warning = warning
level-error = error
level-critical = critical
field-level = Level
field-source = Source
explore-facets = Fields of these lines
explore-many-values = Too many values to count.
explore-only = Only
explore-without = Without
explore-results = Lines found
explore-table = Result
explore-cut = { " … " }{ $bytes } bytes
explore-cut-script = … %n% bytes
explore-no-match = No line matches
explore-no-match-help = Try fewer words, another time, or *text* for a part of a word.
explore-wider = Search all times
explore-empty = No line has been collected yet
explore-empty-help = Send lines from a program, or name files that Vigie shall follow. They are searchable at once.
explore-empty-source = test
explore-empty-message = Hello
explore-empty-http = From any program
explore-empty-import = A file that is there already
explore-begin = Collect your first logs
explore-begin-help = So far there is only what Vigie says of itself. These are three ways to bring in more; this hint goes once there is something else.
doubt-no-field = no line has a field “{ $name }”.
doubt-equals = is searched as words; a field is asked for with a colon.
doubt-as-written = is compared as it is written.
doubt-part-of-source = is compared as a whole, and a file’s source is its path.
doubt-in-fields = is in no message; fields are searched with *:
doubt-level = is searched as a word; a level is asked for with level:
doubt-meant = Did you mean:
explore-facets-part = Counted in part.
explore-empty-files = From files and the system’s journal
explore-keys = / to search, j and k to move, Enter to open, Esc to close
explore-oldest-first = Oldest first
explore-newest-first = Newest first
explore-context = Lines around it
explore-job = Its job
explore-trace = Its trace
explore-whole = Whole message
explore-whole-download = The whole message
explore-open-failed = This line cannot be opened just now.
explore-record = A line of the logs
explore-gone = There is no line with the number “{ $seq }”. It may be older than what is kept, or the address is not complete.
explore-message = Message
explore-around = Around it, in the same source
explore-alone = There is nothing else in this source.
explore-earlier = Earlier lines
explore-later = Later lines
explore-same-source = All of this source
partial-cancelled = The search ran out of time, and this is not all. Choose a shorter time, or add a word.
partial-damaged = { $n ->
    [one] Lines are missing: { $shown } damaged part of the store, a block or a whole file of them, could not be read. “vigie doctor” tells more.
   *[other] Lines are missing: { $shown } damaged parts of the store, blocks or whole files of them, could not be read. “vigie doctor” tells more.
}
partial-undeleted = Lines may be shown that were deleted: the list of them is damaged. “vigie doctor” tells more.
partial-groups = { $n ->
    [one] { $shown } line is in none of the groups: there were too many of them.
   *[other] { $shown } lines are in none of the groups: there were too many of them.
}
partial-memory = The search needed more than the { $most } of memory that it may have.
partial-rows = { $n ->
    [one] Only the first row is shown.
   *[other] Only the first { $shown } rows are shown.
}

## What is wrong with a query

fault-too-long = The query is longer than { $most } bytes
fault-too-many-terms = The query has more than { $most } conditions
fault-too-deep = More than { $most } brackets stand within each other
fault-too-many-pipes = There are more than { $most } steps or names
fault-quote-open = The quote is not closed
fault-bracket-open = The bracket is not closed
fault-bracket-stray = The bracket was never opened
fault-bracket-empty = Nothing stands between the brackets
fault-pipe-in-brackets = “|” stands within brackets
fault-nothing-behind = “{ $text }” has nothing behind it
fault-nothing-before = “{ $text }” has nothing before it
fault-no-value = “{ $text }” has no value
fault-empty-phrase = The phrase is empty
fault-star-inside = “*” stands within a word
fault-bad-regex = The expression cannot be read ({ $text })
fault-not-a-number = “{ $text }” is not a number
fault-not-a-level = “{ $text }” is not a level
fault-no-level-there = There is no level beyond that one
fault-not-a-time = “{ $text }” is not a time
fault-not-a-duration = “{ $text }” is not a length of time
fault-unknown-pipe = There is no step “{ $text }”
fault-unknown-aggregate = There is no “{ $text }” to compute
fault-needs-field = “{ $text }” does not say of which field
fault-name-missing = A name is missing
fault-not-a-limit = “{ $text }” is not a number of rows
fault-left-over = “{ $text }” is not understood here
fault-remedy-shorten = shorten it
fault-remedy-quote = close it with "
fault-remedy-bracket = close it with )
fault-remedy-stray = delete it, or put it in quotes
fault-remedy-empty = write what is searched for between them, or put them in quotes
fault-remedy-pipe = write OR between alternatives, or "|" to search for it
fault-remedy-complete = complete it, or write it in lower case to search for it
fault-remedy-value = put it directly behind, as in app:nginx, or the whole in quotes to search for it
fault-remedy-phrase = write what to search for between the quotes
fault-remedy-star = put it at an end, as in pay*, or write an expression, as in /pay.*late/
fault-remedy-regex = correct it, or put the text in quotes to search for it
fault-remedy-number = write one, as in status>=500
fault-remedy-level = write trace, debug, info, warning, error or critical
fault-remedy-level-there = choose one between trace and critical
fault-remedy-time = write 2026-11-17, 2026-11-17T08:30, today, or 1h for an hour ago
fault-remedy-edge = write 2025-01-31T14:00:00Z, 2025-01-31, or 15m, 1h, 7d for so long ago; until then it plays no part
fault-empty-range = Nothing can lie in this time: it ends before it begins, or as it begins
fault-remedy-range = write the earlier time as its beginning
fault-remedy-duration = write a number and s, m, h, d or w, as in 5m
fault-remedy-step = write stats, sort, limit or fields; or OR between alternatives; or "|" to search for it
fault-remedy-aggregate = write count(), avg(x), min(x), max(x), sum(x), p95(x) or uniq(x)
fault-remedy-field = name it in brackets, as in avg(duration_ms)
fault-remedy-name = write a field’s name, in quotes if it has spaces
fault-remedy-limit = write a whole number, as in limit 100
fault-remedy-left-over = delete it, or separate names with commas

## Log files

files-lead = The files of the configured folders, as they lie on the disk.
files-all = Files
files-last = Last lines
files-search = Search in files
files-none = No log file yet
files-none-help = Files are shown as soon as a program writes them into one of these folders.
files-name = File
files-folder = In the folder
files-job = its job
files-size = Size
files-modified = Last written
files-view = View
files-download = Download
files-clear = Clear
files-clear-title = Clear { $name }?
files-clear-text = The file is emptied. What stands in it is kept beside it once, packed, in place of an older such copy.
files-clear-sure = Clear the file
files-cleared = { $name } is cleared. What stood in it was kept.
files-cleared-empty = { $name } is empty.
files-kept = What was kept
files-left-out = { $n ->
    [one] { $shown } file is not shown: there are too many.
   *[other] { $shown } files are not shown: there are too many.
}
files-unread = The folder { $name } cannot be read: { $why }
files-unreadable = { $name } cannot be read.
files-unknown = There is no log file named “{ $name }”.
files-lines = Lines of this file
files-last-n = { $n ->
    [one] last line
   *[other] last { $shown }
}
files-last-lead = { $n ->
    [one] The last line of the watched files, or of those written last.
   *[other] The last { $shown } lines of the watched files, or of those written last.
}
files-reload = Reload
files-to-end = To the end
files-follow = Follow
files-anew = The file was cleared or replaced; what follows is new.
files-cut = This is not all that was asked for: the lines are too long to be shown at once.
files-empty = This file is empty
files-search-lead = One text in all files, packed ones too.
files-query = Text to look for
files-language = in the language of the log search
files-no-steps = Steps behind | play no part in files: their lines are shown as they are. The search of the logs makes tables.
files-choose = In certain files only
files-searched = { $matches } found in { $lines } lines ({ $bytes })
files-many-hits = { $n ->
    [one] Only the first line is shown. Look for something rarer.
   *[other] Only the first { $shown } lines are shown. Look for something rarer.
}
deed-log-clear = Cleared a log file
deed-logs-delete = Deleted log lines
