### La durée des requêtes et des tâches, par point d’accès.

menu-performance = Performances
performance-title = Performances
performance-lead = La durée des requêtes, des tâches et des autres transactions, par point d’accès.
performance-project = Projet
performance-all-projects = Tous les projets
performance-period = Période
performance-hour = Dernière heure
performance-day = Dernières 24 heures
performance-week = 7 derniers jours
performance-show = Afficher
performance-none = Aucune transaction sur cette période
performance-none-help = Renseignez traces_sample_rate dans le SDK de votre application : ses requêtes apparaîtront ici.
performance-no-project = Créez d’abord un projet : sa page donne les lignes à coller dans votre application.
performance-count = Transactions
performance-average = Durée moyenne
performance-failures = Taux d’échec
performance-hottest = Point d’accès le plus sollicité
performance-slowest = Point d’accès le plus lent
performance-times = { $n ->
    [one] { $shown } transaction
   *[other] { $shown } transactions
}
performance-most-take = 95 % durent moins de { $time }
performance-endpoint = Point d’accès
performance-apdex = Apdex
performance-total = Temps total
performance-users = Utilisateurs
performance-apdex-help = L’Apdex va de 0 à 1. Une transaction d’au plus { $time } compte entièrement, une transaction jusqu’à quatre fois plus longue compte pour moitié ; une transaction plus lente ou en échec ne compte pas.
performance-partial = Certains chiffres sont incomplets : il y a plus de données que cette page ne peut en compter.
performance-p50 = p50
performance-p75 = p75
performance-p95 = p95
performance-p99 = p99

## Une trace

waterfall-id = Trace
waterfall-job = Tâche : { $name }
waterfall-partial = Seuls les { $n } premiers spans sont affichés, ou une partie des données n’a pas pu être lue.
waterfall-duration = Durée
waterfall-spans = Spans
waterfall-errors = Erreurs
waterfall-costly = Requêtes SQL lentes ou répétées
waterfall-queries = Requêtes SQL lentes et répétées
waterfall-repeated-n = { $n ->
    [one] Même requête { $shown } fois
   *[other] Même requête { $shown } fois
}
waterfall-slow = Requête lente
waterfall-lost = { $time } perdues
waterfall-asked-at = Appelée depuis
waterfall-asked-by = Appelée par
waterfall-title = Déroulement
waterfall-open-help = Ouvrez un span pour voir ses détails.
waterfall-failed = en échec
waterfall-mark-slow = lente
waterfall-mark-repeated = répétée
waterfall-orphan = Le parent de ce span n’a pas été reçu.
waterfall-depth = Niveau { $n } dans l’arbre.
waterfall-no-span = Aucun span reçu
waterfall-no-span-help = Cette trace ne contient que des erreurs. Renseignez traces_sample_rate dans le SDK de votre application pour voir ses requêtes ici.
waterfall-begins = Commence après
waterfall-own = Temps propre
waterfall-status = Statut
waterfall-exception = Exception
waterfall-http-status = Statut HTTP
waterfall-method = Méthode
waterfall-url = URL
waterfall-statement = Requête SQL
waterfall-user = Utilisateur
waterfall-span = Span
excerpt-task = Lignes de journal de cette tâche
excerpt-trace = Journaux de la même trace
excerpt-host = Journaux de la même minute et du même serveur
excerpt-minute = Journaux de la même minute
excerpt-open = Ouvrir dans les journaux
excerpt-more = Voir toutes les lignes

## Un point d’accès

endpoint-nothing-before = Pas de comparaison possible une semaine plus tôt
endpoint-before = { $value } une semaine plus tôt
endpoint-more = { $percent } de plus qu’une semaine plus tôt
endpoint-fewer = { $percent } de moins qu’une semaine plus tôt
endpoint-slower = { $percent } plus lent qu’une semaine plus tôt
endpoint-faster = { $percent } plus rapide qu’une semaine plus tôt
endpoint-same = À peu près comme une semaine plus tôt
endpoint-histogram = Répartition des durées
endpoint-up-to = jusqu’à { $time }
endpoint-above = plus de { $time }
endpoint-slowest = Transactions les plus lentes
endpoint-when = Date
endpoint-releases = Par version
endpoint-no-release = Sans version

## La journée d’un projet

summary-errors = Erreurs
summary-average = Temps de réponse moyen
summary-users = Utilisateurs actifs
