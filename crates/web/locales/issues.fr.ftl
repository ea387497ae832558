### Les projets, les problèmes et leurs événements.

## Projets

projects-title = Projets
projects-lead = Chaque application qui signale ses erreurs à Vigie est un projet.
projects-new = Nouveau projet
projects-none = Aucun projet
projects-none-help = Créez un projet par application. Sa page donne les lignes à ajouter à votre code.
projects-open-issues = Problèmes ouverts
projects-first-event = Premier événement
project-name = Nom du projet
project-name-hint = Le nom de l’application, par exemple « Boutique ».
project-name-bad = Saisissez un nom de 1 à { $n } caractères.
project-platform = Plateforme
project-browser = JavaScript dans le navigateur
project-other = Autre
project-create = Créer le projet
project-created = Création : { $time }
project-waiting = En attente du premier événement
project-waiting-help = Ajoutez les lignes ci-dessous à votre application, puis provoquez une erreur. Cette page se met à jour automatiquement.
project-received = Premier événement reçu : { $time }.
project-see-issues = Voir les problèmes
project-setup = Installation
project-dsn-lead = Vigie accepte les SDK officiels de Sentry. Utilisez ce DSN :
project-no-key = Toutes les clés sont désactivées. Ajoutez une clé pour recevoir à nouveau des événements.
project-keys = Clés
project-key-add = Ajouter une clé
project-key-disable = Désactiver la clé
project-key-disabled = Désactivation : { $time }
project-settings = Paramètres du projet
project-remove = Supprimer le projet
project-remove-title = Supprimer le projet { $name } ?
project-remove-issues = { $n ->
    [0] Ce projet n’a aucun problème enregistré.
    [one] Le projet et son problème seront supprimés.
   *[other] Le projet et ses { $n } problèmes seront supprimés.
}
project-remove-text = Ses événements, transactions, versions, source maps et avis seront supprimés aussi, et ses clés ne fonctionneront plus. Cette action est définitive.
project-secrets = Données sensibles
project-scrubs = Supprimer mots de passe, jetons et numéros bancaires avant l’enregistrement
project-scrub-emails = Masquer les adresses e-mail
project-scrub-ip = Supprimer les adresses IP
project-scrub-keys = Autres champs à supprimer
project-scrub-keys-hint = Un nom de champ par ligne. Ses valeurs ne sont jamais enregistrées.
project-kept-keys = Champs à conserver
project-kept-keys-hint = Un nom de champ par ligne, pour les champs supprimés à tort.
project-patterns = Motifs à masquer
project-patterns-hint = Une expression régulière par ligne.
project-pattern-bad = L’un de ces motifs n’est pas une expression régulière valide.
project-quota = Quota
project-per-minute = Événements par minute
project-per-minute-hint = Au-delà, les événements sont refusés et l’application est informée du délai d’attente.
project-dropped = Non conservés ces 30 derniers jours
project-dropped-what = Type
project-dropped-why = Motif
project-dropped-count = Nombre
dropped-quota = Quota dépassé
dropped-too-large = Trop volumineux
dropped-duplicate = Déjà reçu
dropped-malformed = Illisible
dropped-not-kept = Non enregistré par Vigie

## Problèmes

issues-title = Problèmes
issues-issue = Problème
issues-open = Ouverts
issues-regressed = Réapparus
issues-ignored = Ignorés
issues-resolved = Résolus
issues-all = Tous
issues-none = Aucun problème
issues-none-help = Les erreurs signalées par vos applications apparaissent ici.
issues-no-match = Aucun problème ne correspond
issues-no-project = Aucune application ne signale encore ses erreurs
issues-no-project-help = Créez un projet, puis ajoutez son DSN à votre application. Les erreurs apparaîtront ici.
issues-text = Titre ou emplacement
issues-project = Projet
issues-any-project = Tous les projets
issues-level = Niveau
issues-any-level = Tous les niveaux
issues-tag = Étiquette
issues-sort = Trier par
issues-sort-last-seen = Dernière occurrence
issues-sort-first-seen = Première occurrence
issues-sort-last-day = Événements sur 24 heures
issues-sort-events = Événements
issues-sort-users = Utilisateurs
issues-choose = Sélectionnez les problèmes à modifier.
issues-keys = Touches : j et k pour se déplacer, x pour sélectionner, r pour résoudre, Entrée pour ouvrir
issues-last-day = Dernières 24 heures
issues-events = Événements
issues-users = Utilisateurs
issues-seen = Dernière occurrence
issues-since = première fois { $time }
issues-reach = recherche limitée aux { $n } premiers problèmes
issues-day-n = { $n ->
    [one] { $shown } événement sur 24 heures
   *[other] { $shown } événements sur 24 heures
}
issue-new = Nouveau
issue-ongoing = En cours
issue-resolved = Résolu
issue-ignored = Ignoré
issue-regressed = Réapparu
issue-resolved-release = dans la version { $release }
issue-resolved-next = dans la prochaine version
issue-ignored-time = jusqu’au { $time }
issue-ignored-events = jusqu’à { $events } événements au total
issues-merge = Fusionner
issues-merge-few = Sélectionnez au moins deux problèmes à fusionner.
issues-merge-refused = Seuls les problèmes d’un même projet peuvent être fusionnés.
issue-groups = Groupes
issue-groups-help = Sélectionnez les groupes à séparer de ce problème. Au moins un groupe doit rester.
issue-group-n = { $n ->
    [one] { $shown } événement
   *[other] { $shown } événements
}
issue-split = Scinder les groupes sélectionnés
issue-split-refused = Au moins un groupe doit rester dans le problème.
issue-said-split = Groupes séparés du problème.
issue-resolve = Résoudre
issue-resolve-next = Résoudre dans la prochaine version
issue-ignore = Ignorer
issue-ignore-forever = Définitivement
issue-ignore-week = Pendant une semaine
issue-ignore-events = Jusqu’à 100 événements de plus
issue-reopen = Rouvrir
issue-assignee = Responsable
issue-assign = Attribuer
issue-assigned-to = Attribué à { $name }
issue-nobody = Personne
issue-first-seen = Première occurrence
issue-last-seen = Dernière occurrence
issue-tags = Étiquettes
issue-tag-others = Autres
issue-no-event = Aucun événement n’est conservé
issue-no-event-help = Les événements de ce problème ont dépassé la durée de conservation.
issue-activity = Activité
issue-activity-none = Aucune action pour le moment.
issue-comment = Commentaire
issue-comment-add = Ajouter le commentaire
issue-said-resolved = Problème résolu.
issue-said-ignored = Problème ignoré.
issue-said-reopened = Problème rouvert.
issue-said-assigned = Responsable modifié.
issue-said-comment = Commentaire ajouté.
activity-resolved = { $who } a résolu le problème.
activity-resolved-release = { $who } a résolu le problème dans la version { $release }.
activity-resolved-next = { $who } a résolu le problème dans la prochaine version.
activity-ignored = { $who } a ignoré le problème.
activity-ignored-time = { $who } a ignoré le problème jusqu’au { $time }.
activity-ignored-events = { $who } a ignoré le problème jusqu’à { $events } événements au total.
activity-reopened = { $who } a rouvert le problème.
activity-restored = { $who } a rétabli l’état précédent.
activity-comment = Commentaire de { $who } :
activity-merged = { $who } a fusionné des problèmes avec celui-ci.
activity-unmerged = { $who } a scindé ce problème.
activity-assigned = { $who } a attribué le problème à { $name }.
activity-unassigned = { $who } a retiré le responsable.
activity-regressed = Le problème est réapparu et a été rouvert.
activity-unignored = Le problème n’est plus ignoré.
activity-aged = Le problème n’est plus nouveau.

## Un événement

event-title = Événement
event-older = Précédent
event-newer = Suivant
event-client-time = Heure indiquée par l’application
event-release = Version
event-environment = Environnement
event-transaction = Transaction
event-server = Serveur
event-logger = Enregistreur
event-platform = Plateforme
event-sdk = SDK
event-trace = Trace
event-logs-trace = Journaux de cette trace
event-logs-minute = Journaux de cette minute
event-message = Message
event-caused-by = Causée par
event-stack = Pile d’appels
event-handled = interceptée
event-unhandled = non interceptée
event-library-n = { $n ->
    [one] { $shown } appel de bibliothèque
   *[other] { $shown } appels de bibliothèque
}
event-breadcrumbs = Fil d’événements
event-request = Requête
event-query = Paramètres
event-body = Corps
event-headers = En-têtes
event-cookies = Cookies
event-env = Environnement du serveur
event-curl = Requête sous forme de commande curl
event-user = Utilisateur
event-tags = Étiquettes de cet événement
event-contexts = Appareil et environnement d’exécution
event-extra = Données complémentaires
event-modules = Paquets installés
event-removed = supprimé
event-removed-n = { $n ->
    [one] { $shown } donnée sensible supprimée
   *[other] { $shown } données sensibles supprimées
}
event-problems-n = { $n ->
    [one] { $shown } champ abrégé ou illisible
   *[other] { $shown } champs abrégés ou illisibles
}
event-why-grouped = Pourquoi ces événements sont regroupés
event-hashes = Groupe :
removed-key = Nom d’un champ sensible
removed-credentials = Identifiants de connexion
removed-token = Jeton ou clé privée
removed-bank-number = Numéro bancaire
removed-email = Adresse e-mail
removed-ip-address = Adresse IP
removed-pattern = Motif du projet
unmapped-no-map = Code minifié : aucune source map n’a été importée pour cette compilation.
unmapped-no-debug-id = Code minifié : le fichier n’a pas de debug ID, et aucune source map n’a été importée pour lui dans cette version. Exécutez sentry-cli sourcemaps inject avant de déployer.
unmapped-other-build = Code minifié : les source maps importées concernent d’autres compilations.
unmapped-unusable = Code minifié : la source map est illisible.
unmapped-too-large = Code minifié : la source map est trop volumineuse.
unmapped-no-position = Code minifié : la ligne ou la colonne est absente.
unmapped-out-of-range = Code minifié : la source map ne couvre pas cette position.
basis-fingerprint = L’application définit elle-même le groupe (fingerprint).
basis-fingerprint-and-default = L’application précise le groupe (fingerprint).
basis-exceptions = Regroupement par exceptions et piles d’appels.
basis-stack-trace = Regroupement par pile d’appels.
basis-security-report = Regroupement par règle de sécurité et hôte bloqué.
basis-message = Regroupement par message, sans ses parties variables.
part-what = Élément
part-is = Valeur
part-counts = Pris en compte
part-counted = oui
part-fingerprint = Fingerprint
part-type = Type d’exception
part-value = Valeur de l’exception
part-message = Message
part-directive = Directive
part-blocked-host = Hôte bloqué
part-module = Module
part-file = Fichier
part-function = Fonction
part-line = Ligne de code
part-frame = Appel
left-not-in-app = Code de bibliothèque
left-recursion = Appel récursif
left-nothing-told = Aucun emplacement
left-inlined = Dépend de l’interpréteur
left-module-known = Le module est pris en compte
left-function-known = La fonction est prise en compte
left-line-known = La ligne de code est prise en compte
left-anonymous = Anonyme
left-not-a-script = Page ou fichier généré
left-long-line = Ligne trop longue
left-stack-known = La pile d’appels est prise en compte
left-type-known = Le type est pris en compte
left-synthetic = Ajoutée par le SDK
left-group = Regroupe seulement d’autres exceptions
left-repeated = Exception répétée
left-fingerprint-known = Le fingerprint est pris en compte

## Les actions, dans le journal d’audit

deed-project-new = A créé un projet
deed-project-change = A modifié les paramètres d’un projet
deed-project-key-add = A ajouté une clé de projet
deed-project-key-disable = A désactivé une clé de projet
deed-project-remove = A supprimé un projet
deed-issue-change = A modifié plusieurs problèmes
deed-issue-resolve = A résolu un problème
deed-issue-ignore = A ignoré un problème
deed-issue-reopen = A rouvert un problème
deed-issue-assign = A attribué un problème
deed-issue-comment = A commenté un problème
deed-issue-merge = A fusionné des problèmes
deed-issue-split = A scindé un problème
event-trace-page = Voir la trace
event-job = Survenu dans la tâche
event-item = élément
