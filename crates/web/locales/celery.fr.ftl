### Les applications Celery.

celery-title = Celery
celery-lead = Les processus, files d’attente et tâches de vos applications Celery. L’historique est conservé après un redémarrage.
help-celery-about = Les applications Celery : processus, files d’attente et tâches.
celery-none = Aucune application Celery
celery-none-help = Indiquez à Vigie le broker de votre application, dans vigie.toml, puis redémarrez Vigie. L’application elle-même ne change pas.
celery-example = À ajouter dans vigie.toml
celery-brokers = Brokers
celery-broker = Broker
celery-connecting = Connexion en cours
celery-connected = Connecté
celery-away = Injoignable
celery-away-help = Vigie réessaie toutes les minutes. Ce qui se passe entre-temps n’est pas enregistré ; tout ce qui l’était déjà reste consultable.
celery-last-event = Dernier événement
celery-events = Événements
celery-events-help = Depuis le démarrage de Vigie
celery-never = aucun
celery-unread-n = { $n ->
    [one] { $shown } message n’a pas pu être lu
   *[other] { $shown } messages n’ont pas pu être lus
}
celery-dropped-n = { $n ->
    [one] { $shown } message a été perdu : trop de messages sont arrivés à la fois
   *[other] { $shown } messages ont été perdus : trop de messages sont arrivés à la fois
}
celery-workers = Processus
celery-worker = Processus
celery-workers-none = Aucun processus ne s’est encore manifesté. Il apparaît ici quelques secondes après son démarrage.
celery-pool = Pool
celery-active = Tâches en cours
celery-processed = Traitées
celery-load = Charge
celery-sign = Dernier signe de vie
celery-online = En ligne
celery-offline = Arrêté
celery-lost = Perdu
celery-queues = Files d’attente
celery-queue = File d’attente
celery-queues-none = Aucune file d’attente n’est connue.
celery-waiting = En attente
celery-unacked = Prises par un processus
celery-consumers = Processus
celery-counted = Relevé
celery-left = aucun processus ne traite cette file d’attente
celery-tasks = Tâches
celery-see-tasks = Ouvrir les tâches
celery-day = Tâches des dernières 24 heures
celery-day-none = Aucune tâche ces dernières 24 heures.
celery-tasks-lead = Toutes les tâches signalées par les processus, les plus récentes d’abord.
celery-tasks-none = Aucune tâche
celery-tasks-none-help = Les tâches apparaissent ici dès qu’un processus en reçoit une.
celery-tasks-no-match = Aucune tâche ne correspond
celery-task = Tâche
celery-q = Nom, identifiant ou arguments
celery-when = Reçue
celery-runtime = Durée
celery-reach = recherche effectuée jusqu’au { $until }
celery-reach-none = Aucune tâche trouvée jusqu’au { $until }
celery-reach-more = Aucune autre tâche trouvée jusqu’au { $until }
celery-pending = En attente
celery-received = Reçue
celery-started = En cours
celery-success = Réussie
celery-failure = En échec
celery-retry = À relancer
celery-revoked = Révoquée
celery-rejected = Rejetée
celery-args = Arguments
celery-kwargs = Arguments nommés
celery-retries = Relances
celery-eta = Pas avant
celery-expires = Expire
celery-signal = Arrêtée par le signal
celery-why-revoked = Motif
celery-has-expired = Elle avait expiré
celery-client = Envoyée par
celery-at-sent = Envoyée
celery-at-received = Reçue
celery-at-started = Commencée
celery-at-succeeded = Réussie
celery-at-failed = En échec
celery-at-retried = À relancer
celery-at-revoked = Révoquée
celery-at-rejected = Rejetée
celery-story = Déroulement
celery-details = Détails
celery-result = Résultat
celery-error = Erreur
celery-error-earlier = Erreur d’une tentative précédente
celery-family = Tâches liées
celery-this-one = cette tâche

deed-celery-order = A envoyé une commande à une application Celery
deed-celery-shutdown = A arrêté un processus Celery
deed-celery-purge = A vidé une file d’attente Celery

celery-revoke = Révoquer
celery-terminate = Révoquer et interrompre
celery-said-done = C’est fait.
celery-said-nobody = Aucun processus n’a répondu : on ne sait pas si quelque chose a changé.
celery-said-refused = Un processus a refusé : { $why }
celery-said-purged = { $n ->
    [one] { $shown } message a été supprimé.
   *[other] { $shown } messages ont été supprimés.
}
celery-said-holds = { $n ->
    [one] Rien n’a été supprimé : la file contient maintenant { $shown } message. Vérifiez-le, puis confirmez de nouveau.
   *[other] Rien n’a été supprimé : la file contient maintenant { $shown } messages. Vérifiez-les, puis confirmez de nouveau.
}
celery-queue-holds = { $n ->
    [one] { $shown } message en attente
   *[other] { $shown } messages en attente
}
celery-purge-title = Vider cette file d’attente
celery-purge-empty = Il n’y a rien à supprimer.
celery-purge-help = { $n ->
    [one] La tâche qui attend ici ne sera jamais exécutée. Cette action est irréversible.
   *[other] Les { $shown } tâches qui attendent ici ne seront jamais exécutées. Cette action est irréversible.
}
celery-purge = { $n ->
    [one] Supprimer { $shown } message
   *[other] Supprimer { $shown } messages
}
celery-pid = Numéro du processus
celery-uptime = En marche depuis
celery-prefetch = Tâches prises d’avance
celery-max-tasks = Tâches par processus
celery-limits = Durées maximales (souple / stricte)
celery-transport = Connexion
celery-software = Logiciel
celery-kinds = Types de tâches
celery-by = Processus
celery-grow = Ajouter
celery-shrink = Retirer
celery-min = Au moins
celery-max = Au plus
celery-autoscale = Ajuster automatiquement
celery-restart = Redémarrer les processus
celery-consume = Y prendre des tâches
celery-leave = Ne plus y prendre de tâches
celery-limits-title = Limites
celery-rate = Débit
celery-set-rate = Limiter le débit
celery-soft = Durée souple (s)
celery-hard = Durée stricte (s)
celery-set-time = Limiter la durée
celery-shutdown-title = Arrêt
celery-shutdown-help = Le processus termine les tâches en cours, puis s’arrête. Vigie ne peut pas le relancer.
celery-shutdown = Arrêter ce processus
