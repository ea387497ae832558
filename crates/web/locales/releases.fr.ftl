### Les versions, les avis, les pièces jointes, et ce qui n’a pas été conservé.

releases-title = Versions
releases-lead = Chaque version d’une application : sa stabilité, son adoption, et les problèmes apparus avec elle.
releases-period = Sessions des
releases-month = 30 derniers jours
releases-none = Aucune version
releases-none-help = Renseignez release dans le SDK de votre application, ou annoncez une version avec sentry-cli releases new.
releases-adoption = Adoption
releases-sessions = Sessions
releases-crash-free-sessions = Sessions sans plantage
releases-crash-free-users = Utilisateurs sans plantage
releases-new-issues = Nouveaux problèmes
releases-deployed = Dernier déploiement
releases-released = publiée { $time }
releases-help = Les sessions, l’adoption et les taux sans plantage concernent la période sélectionnée. Les événements et les nouveaux problèmes sont comptés depuis l’apparition de la version.
release-first-seen = Apparue le { $time }
release-released = Publiée le { $time }
release-last-event = Dernier événement { $time }
release-crashed-n = { $n ->
    [one] { $shown } plantage
   *[other] { $shown } plantages
}
release-errored-n = { $n ->
    [one] { $shown } session avec erreurs
   *[other] { $shown } sessions avec erreurs
}
release-users-n = { $n ->
    [one] { $shown } utilisateur
   *[other] { $shown } utilisateurs
}
release-no-sessions = Aucune session sur la période sélectionnée. Les SDK web et mobiles en envoient automatiquement ; ceux des serveurs, avec auto_session_tracking.
release-deploys = Déploiements
release-no-deploys = Aucun déploiement. Enregistrez-en un avec sentry-cli deploys new.
release-deploy-name = Nom
release-deploy-at = Date
release-commits = Commits
release-no-commits = Aucun commit. Ajoutez-les avec sentry-cli releases set-commits.
release-commit = Commit
release-commit-author = Auteur
release-commit-at = Date
release-source-maps = Source maps
release-no-source-maps = Aucune source map. Importez-les avec sentry-cli sourcemaps upload.
release-files-n = { $n ->
    [one] { $shown } fichier
   *[other] { $shown } fichiers
}

feedback-title = Avis
feedback-lead = Ce que signalent les personnes qui utilisent vos applications.
feedback-none = Aucun avis
feedback-none-help = Ajoutez le formulaire d’avis du SDK à votre application : les messages apparaîtront ici.
issue-feedback = Avis

event-attachments = Pièces jointes
event-attachments-help = Conservées 30 jours. Les secrets ne sont pas retirés des fichiers.
event-download = Télécharger

project-dropped-who = Où
dropped-by-client = Dans l’application
dropped-by-server = Par Vigie
dropped-ratelimit-backoff = En attente après une limite de débit
dropped-network-error = Erreur de réseau
dropped-send-error = Refusé par le serveur
dropped-sample-rate = Hors échantillon
dropped-before-send = Filtré par l’application
dropped-event-processor = Filtré par le SDK
dropped-queue-overflow = File d’attente pleine
dropped-cache-overflow = Cache plein
dropped-buffer-overflow = Tampon plein
dropped-backpressure = SDK surchargé
dropped-insufficient-data = Incomplet
dropped-internal-sdk-error = Erreur dans le SDK
dropped-other = Autre
