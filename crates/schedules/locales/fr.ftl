# Quand une planification s’exécute, en toutes lettres.

every-one-seconds = toutes les secondes
every-one-minutes = toutes les minutes
every-one-hours = toutes les heures
every-one-days = tous les jours
every-seconds = toutes les { $n } secondes
every-minutes = toutes les { $n } minutes
every-hours = toutes les { $n } heures
every-days = tous les { $n } jours

once = une fois, le { $date } à { $time }
date = { $day } { $month } { $year }
at = { $days } à { $times }
rate = { $days }, { $rate }
between = { $rate } de { $from } à { $until }
starting = { $rate } à partir de { $from }
hourly-at = toutes les heures à la minute { $n }
at-minutes = à la minute { $list }
at-seconds = à la seconde { $list }
in-hours = { $rate } pendant les heures { $list }
and-seconds = { $text }, { $rate }
in-months = { $days } en { $months }
of-month = { $days } { $months }
of-each-month = { $days } de chaque mois

on-day = le { $day }
on-days = les { $list }
on-some-days = les jours { $list }
on-last-day = le dernier jour
on-last-workday = le dernier jour du lundi au vendredi
day-number = { $n }{ $ending ->
    [first] er
   *[other] {""}
}
days-or = { $days } et { $weekdays }
days-when = { $days } quand c’est { $weekdays }
every-weekday = tous les { $list }
workdays = du lundi au vendredi
when-weekday = un { $weekday }
when-workday = un jour du lundi au vendredi
nth-weekday = le { $nth } { $weekday } du mois
on-nth-weekday = { $nth }
nth-1 = premier
nth-2 = deuxième
nth-3 = troisième
nth-4 = quatrième
nth-5 = cinquième
nth-6 = dernier
weekday-0 = dimanche
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekdays-0 = dimanches
weekdays-1 = lundis
weekdays-2 = mardis
weekdays-3 = mercredis
weekdays-4 = jeudis
weekdays-5 = vendredis
weekdays-6 = samedis
list-and = { $first } et { $last }
list-or = { $first } ou { $last }

# Ce qui ne va pas dans la saisie.

expression-empty = Indiquez quand l’exécution a lieu : 0 8 * * MON, @daily, toutes les 15 min ou 2026-12-24 08:00.
expression-long = L’expression dépasse { $n } caractères.
expression-fields = « Quand » compte cinq champs, ou six avec les secondes en premier : il y en a { $n }. Par exemple : 0 8 * * MON, toutes les 15 min, 2026-12-24 08:00.
expression-nickname = « { $text } » est inconnu. Utilisez @hourly, @daily, @weekly, @monthly ou @yearly.
expression-value = « { $text } » n’est pas { $field ->
    [second] une seconde : utilisez 0 à 59
    [minute] une minute : utilisez 0 à 59
    [hour] une heure : utilisez 0 à 23
    [day] un jour du mois : utilisez 1 à 31, L pour le dernier, LW pour le dernier du lundi au vendredi
    [month] un mois : utilisez 1 à 12, ou JAN à DEC
   *[weekday] un jour de la semaine : utilisez 0 à 7, ou SUN à SAT
}.
expression-range = « { $text } » se termine avant de commencer.
expression-step = « { $text } » : un pas est un nombre à partir de 1.
expression-interval = « { $text } » n’est pas un intervalle. Écrivez toutes les 15 min, toutes les 2 heures ou tous les jours.
expression-length = « { $text } » : un intervalle dure d’une seconde à 366 jours.
expression-moment = « { $text } » n’est pas une date avec une heure. Écrivez 2026-12-24 08:00.
expression-never = L’exécution n’aurait jamais lieu : ce jour n’existe pas.
zone-unknown = Le fuseau horaire « { $text } » est inconnu. Écrivez par exemple Europe/Paris.
days-off-entry = « { $text } » n’est pas un jour sans exécution. Écrivez 2026-12-24, 12-24 pour chaque année, sun ou holidays-fr.
days-off-many = Une liste compte au plus { $n } jours sans exécution.
