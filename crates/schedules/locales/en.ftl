# When something runs, in words.

every-one-seconds = every second
every-one-minutes = every minute
every-one-hours = every hour
every-one-days = every day
every-seconds = every { $n } seconds
every-minutes = every { $n } minutes
every-hours = every { $n } hours
every-days = every { $n } days

once = once, on { $date } at { $time }
date = { $month } { $n }, { $year }
at = { $days } at { $times }
rate = { $days }, { $rate }
between = { $rate } from { $from } to { $until }
starting = { $rate } from { $from }
hourly-at = every hour at minute { $n }
at-minutes = at minute { $list }
at-seconds = at second { $list }
in-hours = { $rate } during hours { $list }
and-seconds = { $text }, { $rate }
in-months = { $days } in { $months }
of-month = { $days } of { $months }
of-each-month = { $days } of each month

on-day = on the { $day }
on-days = on the { $list }
on-some-days = on days { $list }
on-last-day = on the last day
on-last-workday = on the last weekday (Monday to Friday)
day-number = { $n }{ $ending ->
    [first] st
    [st] st
    [nd] nd
    [rd] rd
   *[th] th
}
days-or = { $days } and { $weekdays }
days-when = { $days } when it is { $weekdays }
every-weekday = every { $list }
workdays = Monday to Friday
when-weekday = a { $weekday }
when-workday = a day from Monday to Friday
nth-weekday = the { $nth } { $weekday } of the month
on-nth-weekday = on { $nth }
nth-1 = first
nth-2 = second
nth-3 = third
nth-4 = fourth
nth-5 = fifth
nth-6 = last
weekday-0 = Sunday
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekdays-0 = Sunday
weekdays-1 = Monday
weekdays-2 = Tuesday
weekdays-3 = Wednesday
weekdays-4 = Thursday
weekdays-5 = Friday
weekdays-6 = Saturday
list-and = { $first } and { $last }
list-or = { $first } or { $last }

# What is wrong with what was typed.

expression-empty = Say when it runs: 0 8 * * MON, @daily, every 15 min, or 2026-12-24 08:00.
expression-long = The expression is longer than { $n } characters.
expression-fields = “When” has five fields, or six with seconds first: this has { $n }. For example: 0 8 * * MON, every 15 min, 2026-12-24 08:00.
expression-nickname = “{ $text }” is unknown. Use @hourly, @daily, @weekly, @monthly or @yearly.
expression-value = “{ $text }” is not a { $field ->
    [second] second: use 0 to 59
    [minute] minute: use 0 to 59
    [hour] hour: use 0 to 23
    [day] day of the month: use 1 to 31, L for the last, LW for the last from Monday to Friday
    [month] month: use 1 to 12, or JAN to DEC
   *[weekday] day of the week: use 0 to 7, or SUN to SAT
}.
expression-range = “{ $text }” ends before it begins.
expression-step = “{ $text }”: a step is a number from 1 on.
expression-interval = “{ $text }” is not an interval. Write every 15 min, every 2 hours, or every day.
expression-length = “{ $text }”: an interval lasts from one second to 366 days.
expression-moment = “{ $text }” is not a date with a time. Write 2026-12-24 08:00.
expression-never = It would never run: no such day comes.
zone-unknown = The time zone “{ $text }” is unknown. Write Europe/Paris, for example.
days-off-entry = “{ $text }” is not a day off. Write 2026-12-24, 12-24 for each year, sun, or holidays-fr.
days-off-many = A list has at most { $n } days off.
