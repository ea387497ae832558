title = Rapport du { $since } au { $until }
subject-errors = Vigie : { $n ->
    [0] nouveaux problèmes
    [one] une erreur
   *[other] { $shown } erreurs
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
chart = Messages au fil du temps
bar = { $n ->
    [0] { $sent }
    [one] { $sent }, une erreur
   *[other] { $sent }, { $shown } erreurs
}
last-errors = Échecs récents
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
lines = { $n ->
    [one] une ligne
   *[other] { $shown } lignes
}
open = Ouvrir Vigie
why = Vous recevez ce rapport parce que votre adresse est enregistrée dans Vigie. Un administrateur peut le modifier ou l’arrêter.
