### The menu, and the pages that look across features.

## Menu

nav-today = Aujourd’hui
nav-mailings = Envois
nav-mailings-all = Tous les envois
nav-drafts = Brouillons
nav-activity = Activité
nav-monitoring = Surveillance
nav-in = { $section } : pages
nav-logs-search = Recherche
nav-logs-errors = Lignes d’erreur
nav-logs-patterns = Lignes semblables
nav-logs-live = En direct
nav-logs-files = Fichiers

## Mailings

mailings-none = Aucun envoi pour l’instant
mailings-none-help = Chaque envoi apparaît ici dès son lancement.
mailings-no-match = Aucun envoi ne correspond
nav-drafts-lead = Les envois que vous avez commencés sans les envoyer.
nav-drafts-none = Aucun brouillon
nav-drafts-none-help = Un envoi est enregistré comme brouillon dès que vous ajoutez sa liste de destinataires.
nav-draft-continue = Continuer

## Today

today-attention = À traiter
today-attention-none = Rien à traiter.
today-next = À venir
today-applications = Applications
today-application-now = il y a moins de 5 minutes
today-applications-none = Aucune application n’a été active.
today-application-nameless = Sans nom
today-seven-days = 7 derniers jours
today-done = { $n ->
    [one] { $shown } réussi
   *[other] { $shown } réussis
}
today-open = Ouvrir
today-see = Voir
today-resend = Voir et renvoyer
today-decide = Voir et décider
today-system = Voir le système
today-workers = Voir les processus
today-account-open = Voir le compte
today-paused = « { $name } » est en pause. { $reason }
today-failed = « { $name } » a échoué. { $reason }
today-undelivered = { $n ->
    [one] « { $name } » : { $shown } message n’a pas été remis.
   *[other] « { $name } » : { $shown } messages n’ont pas été remis.
}
today-unknown = { $n ->
    [one] « { $name } » : { $shown } message a peut-être été envoyé. À vous de décider.
   *[other] « { $name } » : { $shown } messages ont peut-être été envoyés. À vous de décider.
}
today-unknown-items = { $n ->
    [one] « { $name } » : { $shown } élément n’est pas confirmé. À vous de décider.
   *[other] « { $name } » : { $shown } éléments ne sont pas confirmés. À vous de décider.
}
today-issues = Voir les problèmes
today-issues-new = { $n ->
    [one] « { $name } » : { $shown } nouveau problème.
   *[other] « { $name } » : { $shown } nouveaux problèmes.
}
today-issues-regressed = { $n ->
    [one] « { $name } » : { $shown } problème résolu est réapparu.
   *[other] « { $name } » : { $shown } problèmes résolus sont réapparus.
}
today-failed-items = { $n ->
    [one] « { $name } » : { $shown } élément a échoué.
   *[other] « { $name } » : { $shown } éléments ont échoué.
}
today-failed-runs = { $n ->
    [one] « { $name } » : { $shown } exécution en échec.
   *[other] « { $name } » : { $shown } exécutions en échec.
}
today-failed-runs-least = « { $name } » : au moins { $shown } exécutions en échec.
today-more = { $n ->
    [one] { $shown } autre tâche ne s’est pas déroulée comme prévu.
   *[other] { $shown } autres tâches ne se sont pas déroulées comme prévu.
}
today-account = Le compte d’envoi « { $name } » est en pause. { $reason }
today-worker-none = Aucun processus n’est en marche : rien n’est envoyé.
today-worker-lost = Le processus « { $name } » ne répond plus ({ $ago }).
today-disk = Le disque est presque plein : il reste { $free }.
today-database = La base de données est endommagée. Gardez-en une copie, puis restaurez une sauvegarde.
today-run-log = Des lignes de journaux de tâches n’ont pas pu être enregistrées. Vérifiez qu’il reste de la place sur le disque.
today-logs-full = Le stockage des journaux est plein : les nouvelles lignes ne sont plus enregistrées. Libérez de l’espace.
today-logs-broken = Le stockage des journaux ne peut être ni lu ni écrit. Vérifiez le disque et les droits d’accès.
today-logs-stalled = Certains journaux ne sont plus collectés. Consultez le journal de Vigie pour en connaître le motif.
today-logs-damaged = Une partie du stockage des journaux est endommagée : les recherches peuvent être incomplètes.

## To review, across mailings

missing-lead = Les destinataires dont le message n’est pas remis ou pas confirmé, tous envois confondus.
missing-mailing = Envoi
missing-reason = Motif
missing-reason-next = Motif et marche à suivre
missing-period = Période
missing-any = Tous les motifs
missing-recipient = Adresse ou boîte de réception
missing-content = Message ou fichier
missing-server = Serveur ou compte
missing-unknown = Non confirmé
missing-days = { $n } derniers jours
missing-days-all = Depuis le début
missing-line = Ligne { $line }
missing-correct = Corriger
missing-decide = Décider
missing-none = Rien à vérifier
missing-none-help = Les messages non remis ou non confirmés apparaissent ici.
missing-no-match = Aucun résultat
missing-no-match-help = Choisissez une période plus longue, ou effacez les filtres.

## Audit log

audit-alert-rules = Règles d’alerte
audit-alert-channels = Canaux d’alerte
audit-webhooks = Webhooks
audit-any = Toutes les actions
audit-detail = Précisions
audit-job-gone = Une tâche supprimée
audit-mailing-message = A modifié le message
audit-mailing-files-remove = A retiré des fichiers
audit-proxy-refused = A ignoré une connexion venue d’un proxy inconnu
audit-ledger = A importé la liste des destinataires déjà servis
audit-job-items = A ajouté des éléments à une tâche
audit-job-start = A lancé une tâche
audit-job-complete = A terminé une tâche
audit-job-fail = A terminé une tâche en échec
audit-job-new = A créé une tâche
audit-job-correct = A corrigé des adresses
audit-job-reuse = A réutilisé un envoi
audit-sessions-end = A fermé des sessions
audit-webhook-new = A ajouté un webhook
audit-message-resend = A renvoyé un message
audit-message-release = A envoyé tout de suite un message en attente
audit-webhook-delete = A supprimé un webhook
audit-reach = { $shown } entrées parcourues, depuis le { $until }
audit-reach-none = Aucun résultat dans les { $shown } dernières entrées, depuis le { $until }.
audit-reach-more = Aucun résultat dans les { $shown } entrées suivantes, depuis le { $until }.

## Help

nav-help = Aide
help-find = Rechercher dans l’aide
help-hits = { $n ->
    [one] { $shown } résultat
   *[other] { $shown } résultats
}
help-none = Aucun résultat. Essayez avec moins de mots, ou d’autres.
help-all = Tous les sujets
help-contents = Sommaire
help-in-english = Ce guide est en anglais.
help-sending = Faire un envoi
help-sending-about = De la liste des destinataires aux messages non remis, étape par étape.
help-errors = Erreurs et performances
help-errors-about = Configurer une application Django, FastAPI, Flask, Celery, Node.js ou Rust, ou une page web, ou migrer depuis Sentry.
help-logs = Lire les journaux
help-logs-about = Les journaux collectés, les fichiers journaux et ce que Vigie enregistre elle-même.
help-search = Syntaxe de recherche
help-search-about = Mots, champs, dates et tableaux : tout ce que comprend la recherche dans les journaux.
help-collecting = Collecter des journaux
help-collecting-about = Fichiers, syslog, journal du système, et agents de collecte comme Filebeat ou Vector.
help-switching = Passer à Vigie
help-switching-about = Depuis Celery et Flower, Sentry, votre propre barre de progression ou une synchronisation DHIS2 : à côté, basculer, revenir.
me-proxy = Vous êtes connecté par votre site, sans mot de passe propre à Vigie.
help-proxy = Derrière votre proxy
help-proxy-about = Un chemin de votre site, votre authentification, un socket pour les programmes voisins.
help-embedding = Intégrer la progression
help-embedding-about = Afficher l’avancement d’une tâche dans les pages de votre application.
help-api = API
help-api-about = Toutes les adresses, qui peut s’en servir, et leur description OpenAPI.

## Find

find-title = Rechercher
find-what = Adresse, envoi, tâche, problème ou page
find-short = Rechercher
find-hint = Saisissez une adresse e-mail, ou une partie du nom d’un envoi, d’une tâche, d’un problème, d’un projet ou d’une page.
find-none = Aucun résultat. Seuls les envois, tentatives et problèmes récents sont parcourus.
find-pages = Pages
find-jobs = Envois et tâches
find-things = Réglages et surveillance
found-schedule = Planification
found-check = Contrôle
found-account = Compte d’envoi
found-rule = Règle d’alerte
found-channel = Canal d’alerte
found-user = Utilisateur
found-token = Jeton d’API
find-in-logs = Rechercher dans les journaux
find-in-traces = Rechercher dans toutes les traces

## System and log sources

system-title = Système
system-fine = Tout fonctionne.
system-version = Version
system-started = Démarrage
system-database = Base de données
system-data = Dossier des données
system-disk = Disque
system-disk-free = { $free } libres sur { $total }
system-zone = Fuseau horaire
system-runs = Ce processus exécute les tâches.
system-reads = Ce processus est en lecture seule : un autre exécute les tâches.
sources-title = Sources des journaux
sources-lead = Ce que le fichier de configuration demande de collecter, et ce qui est arrivé.
sources-collected = Collecté par Vigie
sources-collected-none = Rien n’est collecté. Ajoutez [[collect]] au fichier de configuration.
sources-received = Lignes par source
sources-period = Période
sources-day = Dernières 24 heures
sources-week = 7 jours
sources-month = 30 jours
sources-all = Tout
sources-received-none = Aucune ligne n’est datée de cette période.
sources-format = Format
sources-unknown = Non reconnu
sources-describe = Décrire
sources-cut = Seules les sources qui ont le plus de lignes sont affichées.
sources-source = Source
sources-files = Fichiers journaux
sources-syslog = Syslog, par UDP et TCP
sources-journal = Journal du système
sources-own = Journal de Vigie
sources-stalled = Vigie ne retrouve pas où sa lecture s’était arrêtée ({ $path }) : cette source n’est plus collectée.

## Small things

today-first = Premier démarrage ?
today-first-help = Ouvrez le lien que Vigie a affiché dans le terminal au démarrage : il permet de choisir votre mot de passe. Pour obtenir un nouveau lien :
account-unreachable = Échec de la connexion
copy = Copier
copy-done = Copié
deed-alert-acknowledge = A pris en charge une alerte
deed-alert-silence = A mis une alerte en sourdine
deed-alert-silence-end = A réactivé une alerte
deed-alert-rule-new = A ajouté une règle d’alerte
deed-alert-rule-change = A modifié une règle d’alerte
deed-alert-rule-switch = A activé ou désactivé une règle d’alerte
deed-alert-rule-delete = A supprimé une règle d’alerte
deed-alert-channel-new = A ajouté un canal d’alerte
deed-alert-channel-change = A modifié un canal d’alerte
deed-alert-channel-delete = A supprimé un canal d’alerte
deed-alert-channel-test = A testé un canal d’alerte
deed-check-new = A ajouté un contrôle
deed-check-change = A modifié un contrôle
deed-check-pause = A mis un contrôle en pause
deed-check-resume = A repris un contrôle
deed-check-test = A lancé un contrôle
deed-check-remove = A supprimé un contrôle
deed-schedule-new = A créé une planification
deed-schedule-change = A modifié une planification
deed-schedule-pause = A mis une planification en pause
deed-schedule-resume = A repris une planification
deed-schedule-run = A lancé une planification sans attendre
deed-schedule-remove = A supprimé une planification
deed-run = A transmis l’exécution d’une commande
deed-import-undo = A annulé un import de journaux
deed-import = A importé des journaux
deed-release-new = A ajouté une version
deed-release-change = A modifié une version
deed-release-deploy = A enregistré un déploiement
deed-release-files = A déposé des source maps
deed-sync-cleanup = A supprimé d’anciennes exécutions de synchronisations
deed-maintenance-new = A planifié une maintenance
deed-maintenance-end = A terminé une maintenance
deed-status-page = A modifié la page de statut
deed-traces-import = A importé des traces
