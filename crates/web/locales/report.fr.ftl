### Rapports : ce qui s’est passé dans une période, sur une page et par e-mail.

report-title = Rapport
report-schedule = Planifier l’envoi
report-period = Période
report-period-today = Aujourd’hui
report-period-yesterday = Hier
report-period-24h = Dernières 24 heures
report-period-7d = 7 derniers jours
report-period-30d = 30 derniers jours
report-period-span = Entre deux dates
report-since = Du
report-until = Au
report-show = Afficher
report-partial = Certains chiffres n’ont pas pu être lus et manquent.
report-sent = Messages envoyés
report-errors = Non remis
report-issues = Nouveaux problèmes
report-outages = { $n ->
    [0] aucune interruption
    [one] une interruption
   *[other] { $shown } interruptions
}
report-maintenance = { $n ->
    [one] un en maintenance
   *[other] { $shown } en maintenance
}
report-besides = En plus :
report-chart = Messages au fil du temps
report-chart-says = Messages au fil du temps : { $sent } envoyés, { $errors } non remis
report-no-errors = Aucun échec
report-all-issues = Tous les problèmes
report-no-issues = Aucun nouveau problème
report-events = { $n ->
    [one] un événement
   *[other] { $shown } événements
}
report-checks = Contrôles en anomalie
report-endpoints = Points d’accès les plus lents (p95)
report-no-endpoints = Aucune requête enregistrée
report-lines = Lignes de journal
report-no-lines = Aucune ligne de journal
report-pass-on = Partager
report-as-html = HTML
report-as-md = Markdown
report-as-json = JSON
report-no-account = Pour envoyer ce rapport par e-mail, ajoutez un compte d’envoi.
report-to = Destinataires
report-to-hint = Une adresse par ligne. Chaque destinataire reçoit un message séparé.
report-account = Compte d’envoi
report-from = Expéditeur
report-from-hint = Laissez vide pour utiliser l’adresse du compte.
report-send = Envoyer le rapport
help-monitoring = Contrôles, alertes, rapports et sauvegardes
help-monitoring-about = Ce que Vigie surveille, qui elle prévient, et comment remarquer que Vigie s’est arrêtée.
deed-report-send = A envoyé un rapport par e-mail
