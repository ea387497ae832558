title = Rapport du { $since } au { $until }
title-day = Rapport du { $day }
subject-errors = Vigie : { $n ->
    [one] une erreur
   *[other] { $shown } erreurs
}, envois : { $sent }
subject-issues = Vigie : { $n ->
    [one] un nouveau problème
   *[other] { $shown } nouveaux problèmes
}, envois : { $sent }
subject-outages = Vigie : { $n ->
    [one] une interruption
   *[other] { $shown } interruptions
}, envois : { $sent }
subject-fine = Vigie : { $n ->
    [0] aucune erreur
    [one] un message envoyé, aucune erreur
   *[other] { $shown } messages envoyés, aucune erreur
}
sent = Envoyés
errors = Non remis
rate = Taux de réussite
unknown = Non confirmés
others = Éléments des autres tâches
traces = Traces d’autres programmes
with-errors = { $n ->
    [0] { $all }
    [one] { $all }, dont une erreur
   *[other] { $all }, dont { $shown } erreurs
}
checks = Contrôles
checks-up = { $n ->
    [0] { $up } sur { $all } en service
    [one] { $up } sur { $all } en service, une interruption
   *[other] { $up } sur { $all } en service, { $shown } interruptions
}
chart = Messages au fil du temps
bar = { $n ->
    [0] { $sent }
    [one] { $sent }, une erreur
   *[other] { $sent }, { $shown } erreurs
}
last-errors = Échecs récents
checks-in-trouble = Contrôles en anomalie
check-down = en échec depuis le { $since }
check-late = en retard depuis le { $since }
running = Tâches en cours
job-running = { $done }/{ $total }
job-paused = { $done }/{ $total }, en pause
new-issues = Nouveaux problèmes
events = { $n ->
    [one] un événement
   *[other] { $shown } événements
}
slow-endpoints = Points d’accès les plus lents (p95)
requests = { $n ->
    [one] une requête
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
    [one] une ligne
   *[other] { $shown } lignes
}
partial = Certains chiffres n’ont pas pu être lus et manquent.
open = Ouvrir Vigie
why = Vous recevez ce rapport parce que votre adresse est enregistrée dans Vigie. Un administrateur peut le modifier ou l’arrêter.
