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
performance-apdex-help = L’Apdex va de 0 à 1. Jusqu’à { $time }, la transaction est satisfaisante ; jusqu’à quatre fois plus, elle compte pour moitié ; un échec ne compte pas.
performance-partial = Certains chiffres sont incomplets : il y a plus de données que cette page ne peut en compter.
performance-p50 = p50
performance-p75 = p75
performance-p95 = p95
performance-p99 = p99
