title = Rapport du { $since } au { $until }
title-day = Rapport du { $day }
full-day = { $weekday } { $day } { $month } { $year }
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
subject-errors = Vigie : { $n ->
    [one] 1 erreur
   *[other] { $shown } erreurs
}, { $sent }
subject-issues = Vigie : { $n ->
    [one] 1 nouveau problème
   *[other] { $shown } nouveaux problèmes
}, { $sent }
subject-outages = Vigie : { $n ->
    [one] 1 interruption
   *[other] { $shown } interruptions
}, { $sent }
subject-fine = Vigie : { $n ->
    [0] aucune erreur
    [one] 1 message envoyé, aucune erreur
   *[other] { $shown } messages envoyés, aucune erreur
}
messages-sent = { $n ->
    [0] aucun message envoyé
    [one] 1 message envoyé
   *[other] { $shown } messages envoyés
}
sent = Messages envoyés
errors = Non remis
rate = Taux de réussite
unknown = Non confirmés
others = Éléments des autres tâches
traces = Traces d’autres programmes
with-errors = { $n ->
    [0] { $all }
    [one] { $all }, dont 1 erreur
   *[other] { $all }, dont { $shown } erreurs
}
checks = Contrôles
checks-up = { $n ->
    [0] { $up } sur { $all } en service
    [one] { $up } sur { $all } en service, 1 interruption
   *[other] { $up } sur { $all } en service, { $shown } interruptions
}
checks-maintenance = { $n ->
    [one] 1 en maintenance
   *[other] { $shown } en maintenance
}
chart = Messages au fil du temps
bar = { $n ->
    [0] { $sent }
    [one] { $sent }, 1 erreur
   *[other] { $sent }, { $shown } erreurs
}
last-errors = Échecs récents
checks-in-trouble = Contrôles en anomalie
check-down = En échec
check-late = En retard
check-since = { $name } (depuis le { $since })
running = Tâches en cours
job-running = { $done }/{ $total }
job-paused = { $done }/{ $total }, en pause
new-issues = Nouveaux problèmes
events = { $n ->
    [one] 1 événement
   *[other] { $shown } événements
}
slow-endpoints = Points d’accès les plus lents (p95)
requests = { $n ->
    [one] 1 requête
   *[other] { $shown } requêtes
}
log-lines = Lignes de journal
level-critical = Critique
level-error = Erreur
level-warning = Avertissement
level-info = Information
level-debug = Débogage
level-trace = Trace
lines = { $n ->
    [one] 1 ligne
   *[other] { $shown } lignes
}
partial = Certains chiffres n’ont pas pu être lus et manquent.
open = Ouvrir dans Vigie
why = Vous recevez ce rapport parce que votre adresse est enregistrée dans Vigie. Un administrateur peut le modifier ou l’arrêter.
found = { $n ->
    [0] { $name } : aucune ligne trouvée
    [one] { $name } : 1 ligne trouvée
   *[other] { $name } : { $shown } lignes trouvées
}
finding-query = Recherche
finding-time = Période
finding-from-to = du { $since } au { $until }
found-lines = Lignes
newest-lines = { $n ->
    [one] La dernière ligne
   *[other] Les { $shown } dernières lignes
}
partial-lines = Une partie des journaux n’a pas pu être lue : il peut manquer des lignes.
why-finding = Vous recevez ce message parce qu’une planification de Vigie l’envoie à votre adresse. Un administrateur peut la modifier ou l’arrêter.
