### Les mots des pages. Chaque identifiant figure dans tous les fichiers de ce dossier.

month-1 = janv.
month-2 = févr.
month-3 = mars
month-4 = avr.
month-5 = mai
month-6 = juin
month-7 = juil.
month-8 = août
month-9 = sept.
month-10 = oct.
month-11 = nov.
month-12 = déc.

## Frame

skip = Aller au contenu principal
menu-title = Menu principal
menu-short = Menu
menu-new = Nouvel envoi
menu-jobs = Tâches
menu-traces = Traces
menu-accounts = Comptes d’envoi
menu-workers = Processus
menu-administration = Administration
menu-users = Utilisateurs
menu-tokens = Jetons d’API
menu-audit = Journal d’audit
menu-logout = Se déconnecter
language = Langue
language-fr = Français
language-en = English
language-fr-short = FR
language-en-short = EN
theme = Thème
theme-auto = Système
theme-light = Clair
theme-dark = Sombre
save = Enregistrer
cancel = Annuler
keep = Retour
never = Jamais
today = aujourd’hui
details = Détails
actions = Actions
just-now = à l’instant
ago = il y a { $time }
valid-until = Valable jusqu’au { $time }.
pager = Pages
pager-of = { $shown } sur { $total }
pager-shown = { $n ->
    [one] { $shown } ligne
   *[other] { $shown } lignes
}
pager-first = Première page
pager-next = Page suivante
pager-further = Rechercher plus loin
pager-stop = Arrêter la recherche
choose-all = Tout sélectionner

## States

state-preparing = En préparation
state-pending = En attente
state-running = En cours
state-paused = En pause
state-completed = Terminé
state-failed = Échec
state-cancelled = Annulé
standing-undelivered = Terminé, { $failed } non remis
standing-failed = Terminé, { $failed } en échec
standing-nothing-sent = Rien n’a été envoyé
standing-nothing-done = Rien n’a été fait
nothing-sent-why = { $n ->
    [one] Le destinataire de cette liste avait déjà reçu l’envoi.
   *[other] Les { $shown } destinataires de cette liste avaient déjà reçu l’envoi.
}
standing-uncertain = { $n ->
    [one] Terminé, { $shown } non confirmé
   *[other] Terminé, { $shown } non confirmés
}
item-queued = En attente
item-running = En cours
item-succeeded = Réussi
item-failed = Échec
item-unknown = Non confirmé
item-skipped = Ignoré
life-alive = Actif
life-lost = Ne répond plus
life-ended = Arrêté
kind-mail = Envoi
kind-command = Commande
kind-http = Appel HTTP
kind-dhis2 = Synchronisation DHIS2
kind-report = Rapport
kind-log_query = Recherche dans les journaux
kind-noop = Test de charge
kind-external = Tâche externe
role-viewer = Lecteur
role-operator = Opérateur
role-admin = Administrateur
role-viewer-help = Consulte les tâches, les traces, les journaux et les comptes. Ne peut rien modifier.
role-operator-help = Peut aussi envoyer, et mettre en pause, reprendre ou relancer des tâches.
role-admin-help = Gère aussi les comptes d’envoi, les utilisateurs et les jetons d’API.
rate-second = { $n }/s
rate-minute = { $n }/min
resumes-at = Reprise automatique le { $time }.
reason-by-hand = Arrêt demandé par un utilisateur.
reason-by-hand-saying = Arrêt demandé par un utilisateur : { $what }
reason-paused-by = Mis en pause par { $name }.
reason-cancelled-by = Annulé par { $name }.
reason-paused = En pause jusqu’à ce qu’un utilisateur reprenne la tâche.
reason-daily-limit = Le compte d’envoi a atteint sa limite sur 24 heures. Les messages restants sont en attente ; aucun n’est en échec pour cette raison.
reason-defect = Vigie a mis cette tâche en pause à la suite d’une erreur interne. Consultez le journal de la tâche, puis reprenez.
reason-not-started = La préparation a été interrompue et rien n’a été envoyé. Recommencez l’envoi.
reason-account-missing = Le compte d’envoi n’existe plus. Recréez-le sous le même nom, ou recommencez avec un autre compte.
reason-account-url = Les paramètres du compte d’envoi ne sont pas valides. Corrigez le compte, puis reprenez.
reason-dkim = La clé DKIM est illisible. Vérifiez le fichier et ses droits d’accès, puis reprenez.
reason-settings = Les paramètres de la tâche ne sont pas valides. Le journal de la tâche indique lequel.
reason-database = La base de données ne répond pas. La tâche reprend automatiquement dès qu’elle répond.
reason-secret = Le mot de passe du compte d’envoi ne peut pas être déchiffré sur ce serveur. Saisissez-le de nouveau sur la page du compte, puis reprenez.

## The way in

login-title = Se connecter
login-name = Identifiant
login-password = Mot de passe
login-enter = Se connecter
login-forgotten = Mot de passe oublié ? Demandez à un administrateur un lien pour en définir un nouveau.
login-wrong = L’identifiant ou le mot de passe est incorrect.
login-throttled = Trop de tentatives. Réessayez dans { $time }.
login-logged-out = Vous êtes déconnecté.
login-expired = Votre session a expiré. Connectez-vous pour continuer.
setup-title = Définir votre mot de passe
setup-hello = Bonjour { $name }
setup-password = Choisissez le mot de passe de votre compte. Ce lien ne fonctionne qu’une fois.
setup-done = Enregistrer et se connecter
setup-gone = Ce lien n’est plus valable
setup-gone-help = Il a déjà été utilisé ou il a expiré. Demandez un nouveau lien à un administrateur.
password-new = Nouveau mot de passe
password-again = Confirmez le mot de passe
password-current = Mot de passe actuel
password-changed = Votre mot de passe a été modifié.
field-required = Ce champ est obligatoire.
password-hint = { $n } caractères au moins. Plusieurs mots se retiennent mieux que des symboles.

## Dashboard

first-title = Votre premier envoi en trois étapes
first-lead = Rien n’a encore été envoyé depuis ce serveur.
first-account = Ajoutez un compte d’envoi
first-account-help = Le serveur SMTP ou l’adresse Gmail qui envoie vos messages, et ses limites.
first-mailing = Créez un envoi
first-mailing-help = Une liste de destinataires, leurs fichiers et un message. Vigie vérifie tout avant d’envoyer.
first-demo = Ou essayez d’abord un exemple
first-demo-help = Dans un terminal. Aucun message ne quitte la machine :
sent-today = Envoyés aujourd’hui
sent-week = Envoyés cette semaine
success-rate = Taux de réussite
over-week = sur 7 jours
active-jobs = Tâches actives
completed-jobs = Tâches terminées
paused-n = { $n ->
    [one] { $shown } en pause
   *[other] { $shown } en pause
}
undelivered-n = { $n ->
    [one] { $shown } non remis
   *[other] { $shown } non remis
}
uncertain-n = { $n ->
    [one] { $shown } non confirmé
   *[other] { $shown } non confirmés
}
more-today = Également aujourd’hui, hors chiffres ci-dessus :
others-n = Éléments des autres tâches : réussis { $done }, en échec { $failed }.
posted-n = Traces d’autres programmes : { $total } (erreurs : { $errors }).
errors-n = { $n ->
    [one] { $shown } erreur
   *[other] { $shown } erreurs
}
failed-n = { $n ->
    [one] { $shown } échec
   *[other] { $shown } échecs
}
jobs-n = { $n ->
    [one] { $shown } tâche
   *[other] { $shown } tâches
}
running-title = En cours
running-none = Aucune tâche en cours.
all-jobs = Toutes les tâches
done-of = { $done } sur { $total }
left = encore { $time }
chart-title = Dernières 24 heures
chart-sent = { $n ->
    [one] { $shown } envoyé
   *[other] { $shown } envoyés
}
chart-says = Dernières 24 heures : { $sent } envoyés, { $errors } non remis.
chart-slot = { $from } – { $until } : { $sent } envoyés, { $errors } non remis
chart-table = Afficher sous forme de tableau
chart-from = Demi-heure à partir de
chart-sent-title = Envoyés
chart-errors-title = Non remis
errors-title = Échecs récents
errors-all = Voir tous les échecs
errors-none = Aucun échec à traiter sur les dernières 24 heures.

## Jobs

filter-name = Nom
filter-state = État
filter-kind = Type
filter-person = Utilisateur
filter-since = Du
filter-until = Au
filter-text = Texte
filter-label = Destinataire ou élément
filter-application = Application
filter-flow = Flux
filter-errors = Tentatives en échec uniquement
filter-apply = Rechercher
filter-clear = Effacer les filtres
any-kind = Tous les types
any-state = Tous les états
jobs-name = Nom
jobs-state = État
jobs-progress = Avancement
jobs-undelivered = Non remis
jobs-failed = Échecs
jobs-unknown = Non confirmés
jobs-person = Utilisateur
jobs-created = Date de création
jobs-none = Aucune tâche pour le moment
jobs-none-help = Les envois et les tâches d’autres programmes apparaissent ici.
jobs-no-match = Aucune tâche trouvée
jobs-no-match-help = Élargissez la période ou effacez les filtres.
job-account = compte : { $name }
job-person = { $name }
job-took = durée : { $time }
job-pause = Mettre en pause
job-resume = Reprendre
job-retry = { $n ->
    [one] Relancer { $shown } message en échec
   *[other] Relancer { $shown } messages en échec
}
job-retry-all = Relancer les messages en échec
job-retry-items = { $n ->
    [one] Relancer { $shown } élément en échec
   *[other] Relancer { $shown } éléments en échec
}
job-retry-items-all = Relancer les éléments en échec
job-cancel = Annuler…
job-cancel-title = Annuler définitivement ?
job-cancel-mailing = { $n ->
    [one] { $shown } destinataire ne recevra pas le message. Les messages déjà envoyés ne peuvent pas être rappelés, et un envoi annulé ne peut pas reprendre.
   *[other] { $shown } destinataires ne recevront pas le message. Les messages déjà envoyés ne peuvent pas être rappelés, et un envoi annulé ne peut pas reprendre.
}
job-cancel-items = { $n ->
    [one] { $shown } élément sera ignoré. Les éléments terminés sont conservés, et une tâche annulée ne peut pas reprendre.
   *[other] { $shown } éléments seront ignorés. Les éléments terminés sont conservés, et une tâche annulée ne peut pas reprendre.
}
job-cancel-sure = Annuler définitivement
job-tabs = Rubriques de la tâche
tab-overview = Vue d’ensemble
tab-undelivered = À vérifier
tab-trouble = Problèmes
tab-recipients = Destinataires
tab-items = Éléments
tab-traces = Traces
tab-log = Journal
tab-timeline = Chronologie
tally-sent = Envoyés
tally-succeeded = Réussis
tally-failed = Échecs
tally-undelivered = Non remis
tally-unknown = Non confirmés
tally-skipped = Ignorés
tally-remaining = Restants
tally-rate = Débit
tally-left = Temps restant
live-on = En direct
live-lost = Connexion perdue. Reconnexion…
live-say-one = { $percent } traités, { $failed } échec
live-say-other = { $percent } traités, { $failed } échecs
undelivered-title = Messages à vérifier
trouble-title = Éléments en échec ou non confirmés
undelivered-all = { $n ->
    [one] Voir { $shown } message
   *[other] Voir les { $shown } messages
}
undelivered-none = Le message a été envoyé à tous les destinataires.
undelivered-none-yet = Aucun échec pour le moment.
undelivered-list = Voir la liste
undelivered-wrong = Problème :
unsent-n = { $n ->
    [one] { $shown } message n’a pas été envoyé
   *[other] { $shown } messages n’ont pas été envoyés
}
unsent-yet = L’envoi n’est pas terminé
unsent-all = Rien n’a été envoyé
undelivered-nobody = Rien à vérifier
trouble-nothing = Aucun problème
trouble-none = Tous les éléments ont réussi.
undelivered-who = Destinataire ou élément
undelivered-why = Motif et marche à suivre
undelivered-tries = Tentatives
undelivered-reply = Réponse du serveur :
unknown-n = { $n ->
    [one] { $shown } non confirmé
   *[other] { $shown } non confirmés
}
unknown-help = La connexion ou le serveur a été interrompu pendant la remise : Vigie ne peut pas savoir si le message a été envoyé. Il ne sera pas renvoyé sans votre décision. Interrogez le destinataire ou consultez la boîte d’envoi, puis marquez le message comme envoyé ou non envoyé.
retry-done = { $n ->
    [one] { $shown } élément va être relancé
   *[other] { $shown } éléments vont être relancés
}
choose-hint = Sélectionnez des lignes, puis une action.
retry-these = Relancer la sélection
settle-sent = Marquer comme envoyés
settle-not-sent = Marquer comme non envoyés
items-none = Aucune ligne ne correspond.
items-reach = { $shown } lignes parcourues, jusqu’à la ligne { $until }
items-reach-none = Aucun résultat dans les { $shown } premières lignes, jusqu’à la ligne { $until }.
items-reach-more = Aucun résultat dans les { $shown } lignes suivantes, jusqu’à la ligne { $until }.
items-row = Ligne
items-detail = Résultat
job-traces-none = Aucune trace pour le moment. Chaque tentative en ajoute une.
job-embed = Afficher la progression sur votre site
job-embed-help = Collez ces lignes dans une page. Le jeton qu’elles contiennent ne permet que de lire la progression de cette tâche.
log-last = Dernières lignes du journal
log-all = Voir tout le journal
log-whole = Télécharger le journal
log-search = Rechercher dans ce journal
log-none = Cette tâche n’a pas de journal.

## Traces

traces-title = Traces
traces-lead = Chaque tentative laisse une trace, qui n’est jamais modifiée.
traces-csv = Télécharger en CSV
items-csv = Télécharger la liste (CSV)
sheet-recipient = Destinataire
sheet-about = Société ou nom
sheet-file = Fichier
sheet-reply = Réponse du serveur
traces-when = Date
traces-outcome = Résultat
traces-what = Détail
traces-from = Application
traces-took = Durée
trace-fine = Réussi
trace-error = Erreur
trace-sent = Envoyé à { $to } (Message ID : { $id })
trace-failed = Non envoyé à { $to } : { $why }
trace-unconfirmed = La remise à { $to } n’a pas pu être confirmée : { $why }
told-of = { $who } : { $what }
told-exit = code de sortie { $n }
told-killed = arrêt par le signal { $n }
told-time-limit = arrêt après { $n } s, durée maximale
told-not-started = n’a pas pu être lancé : { $why }
told-not-known = fin inconnue : { $why }
told-read-equal = écrit, et identique des deux côtés à la relecture
told-read-different = relu, et pas conservé sur la cible tel qu’il a été envoyé
told-stopped = arrêt avec Vigie ; on ne sait pas ce qui a été fait
line-started = { $name } : démarrage, reste { $left } sur { $total }
line-resumed = { $name } : reprise, reste { $left } sur { $total }
line-progress = { $done } sur { $total } traités, { $rate }
line-item-why = { $name } : { $state }. { $why }
line-lost = { $n ->
    [one] Le processus s’est arrêté pendant { $shown } élément, dont le résultat est inconnu.
   *[other] Le processus s’est arrêté pendant { $shown } éléments, dont le résultat est inconnu.
}
line-paused = En pause. { $why }
line-ended = { $state } : { $succeeded } réussis, { $failed } en échec, { $unknown } non confirmés, { $skipped } ignorés
line-query-found = { $n ->
    [0] Aucune ligne trouvée du { $since } au { $until }.
    [one] { $shown } ligne trouvée du { $since } au { $until }.
   *[other] { $shown } lignes trouvées du { $since } au { $until }.
}
line-query-newest = { $n ->
    [one] La plus récente :
   *[other] Les { $shown } plus récentes :
}
line-query-partial = Une partie des journaux n’a pas pu être lue : il peut manquer des lignes.
line-query-sent = { $n ->
    [one] Résultat envoyé à { $shown } adresse.
   *[other] Résultat envoyé à { $shown } adresses.
}
line-query-quiet = Rien n’est envoyé : le nombre de lignes reste dans les limites de la planification.
told-found = { $n ->
    [0] aucune ligne trouvée
    [one] { $shown } ligne trouvée
   *[other] { $shown } lignes trouvées
}
trace-lost = { $who } : le résultat n’est pas connu, car le processus s’est arrêté.
trace-marked = Marqué par un utilisateur
trace-marked-sent = { $who } : marqué comme envoyé par { $by }
trace-marked-not-sent = { $who } : marqué comme non envoyé par { $by }
trace-corrected = Adresse corrigée
trace-corrected-by = { $change }, par { $by }
traces-none = Aucune trace pour le moment
traces-none-help = Les traces de vos tâches et d’autres programmes apparaissent ici.
traces-no-match = Aucune trace trouvée
traces-reach = { $shown } traces parcourues, jusqu’au { $until }
traces-reach-none = Aucun résultat dans les { $shown } dernières traces, jusqu’au { $until }.
traces-reach-more = Aucun résultat dans les { $shown } traces suivantes, jusqu’au { $until }.

## Accounts

accounts-lead = Les comptes qui envoient vos messages, et ce que chacun peut encore envoyer.
accounts-new = Nouveau compte d’envoi
accounts-all = Tous les comptes d’envoi
accounts-none = Aucun compte d’envoi
accounts-none-help = Pour envoyer, ajoutez un serveur SMTP ou une adresse Gmail.
account-ready = Prêt
account-use = Utilisation sur les dernières 24 heures
account-settings = Paramètres
account-test = Tester la connexion
account-works = Connexion réussie
account-works-took = Connecté en { $time }. Aucun message n’a été envoyé.
account-fails = Échec de la connexion
account-name = Nom
account-name-hint = Affiché dans les envois et les traces. Il ne pourra plus être modifié.
account-create = Ajouter le compte
account-create-test = Ajouter et tester
account-server = Serveur
account-smtp = Serveur SMTP
account-smtp-hint = Celui de votre fournisseur de messagerie ou de votre organisation.
account-gmail = Gmail
account-gmail-hint = Par l’API de Google, avec un compte de service ou un jeton d’actualisation.
account-host = Nom du serveur
account-port = Port
account-security = Chiffrement
account-user = Identifiant
account-address = Adresse Gmail
account-secret = Clé
account-secret-kept = Un mot de passe ou une clé est enregistré, chiffré. Laissez vide pour le conserver.
account-secret-hint = Collez le fichier JSON complet du compte de service. Il est conservé chiffré et ne sera plus affiché.
account-limits = Limites d’envoi
account-limits-hint = Ce que votre fournisseur autorise. Laissez vide s’il n’y a pas de limite. Vigie ne dépasse jamais ces limites.
security-starttls = STARTTLS (port 587)
security-tls = TLS (port 465)
security-none = Aucun (même machine uniquement)
limit-per-second = Messages par seconde
limit-per-minute = Messages par minute
limit-per-hour = Messages par heure
limit-daily = Tentatives d’envoi sur 24 heures
limit-recipients = Destinataires sur 24 heures
limit-batch-size = Messages par lot
limit-batch-pause = Pause entre les lots (secondes)
limit-left = encore { $left } sur { $limit }
limit-none = sans limite quotidienne
sent-in-a-day = { $n ->
    [one] { $shown } tentative d’envoi sur 24 heures
   *[other] { $shown } tentatives d’envoi sur 24 heures
}
recipients-in-a-day = { $n ->
    [one] { $shown } destinataire sur 24 heures
   *[other] { $shown } destinataires sur 24 heures
}

## Workers

workers-lead = Les processus qui exécutent les tâches. Si l’un d’eux ne répond plus, un autre reprend son travail en moins de 15 secondes.
workers-none = Aucun processus en cours d’exécution
workers-none-help = Les tâches attendent le démarrage d’un processus. Lancez « vigie serve » sur le serveur.
workers-name = Nom
workers-pid = PID { $pid }
workers-jobs = Tâches
workers-flight = En cours
workers-load = Charge du processeur
workers-memory = Mémoire
workers-since = Démarré
workers-sign = Dernier signal

## Users, tokens, audit

users-name = Utilisateur
users-role = Rôle
users-role-of = Rôle de { $name }
users-change = Changer le rôle
users-seen = Dernière connexion
users-you = vous
users-disabled = Désactivé
users-invited = Jamais connecté
users-passwordless = Sans mot de passe
users-link = Créer un lien de mot de passe
users-link-for = Lien de mot de passe pour { $name }
users-link-once = Transmettez ce lien uniquement à cette personne. Il fonctionne une seule fois, pour définir un mot de passe, et ne sera plus affiché.
users-enable = Réactiver
users-disable = Désactiver
users-disable-title = Désactiver { $name } ?
users-disable-help = L’utilisateur est déconnecté immédiatement et ne peut plus se connecter. Ses actions passées restent dans le journal d’audit.
users-new = Ajouter un utilisateur
users-create = Ajouter l’utilisateur
users-create-hint = Vous recevez un lien à transmettre à l’utilisateur, qui définit alors son mot de passe.
tokens-lead = Les programmes utilisent un jeton à la place d’un mot de passe pour appeler l’API de Vigie.
tokens-none = Aucun jeton d’API
tokens-none-help = Créez un jeton distinct pour chaque programme.
tokens-name = Nom
tokens-name-hint = Le nom du programme qui l’utilisera.
tokens-scope = Droits
tokens-expires = Expiration
tokens-expired = Expiré
tokens-used = Dernière utilisation
tokens-made = Jeton « { $name } » créé
tokens-once = Copiez le jeton maintenant. Il ne sera plus affiché.
tokens-revoke = Révoquer
tokens-revoke-title = Révoquer « { $name } » ?
tokens-revoke-help = Les programmes qui utilisent ce jeton perdent immédiatement leur accès. Cette action est irréversible.
tokens-new = Créer un jeton
tokens-create = Créer le jeton
scope-ingest = Envoyer des journaux uniquement
scope-releases = Annoncer des versions et envoyer des source maps uniquement
scope-progress = Suivre l’avancement des tâches uniquement
scope-read = Tout consulter
scope-write = Tout consulter, exécuter des tâches, envoyer des journaux
scope-admin = Accès complet, y compris aux comptes et aux utilisateurs
expiry-month = Dans 30 jours
expiry-quarter = Dans 90 jours
expiry-year = Dans un an
expiry-never = Jamais
audit-lead = Toutes les modifications faites par les utilisateurs et les programmes. Aucune ligne ne peut être modifiée.
audit-who = Utilisateur
audit-what = Action
audit-object = Objet
audit-none = Aucune action trouvée.
deed-login = S’est connecté
deed-logout = S’est déconnecté
deed-password = A défini un mot de passe
deed-user-new = A ajouté un utilisateur
deed-user-link = A créé un lien de mot de passe
deed-user-role = A changé un rôle
deed-user-disable = A désactivé un utilisateur
deed-user-enable = A réactivé un utilisateur
deed-token-new = A créé un jeton d’API
deed-token-revoke = A révoqué un jeton d’API
deed-account-new = A ajouté un compte d’envoi
deed-account-change = A modifié un compte d’envoi
deed-account-test = A testé un compte d’envoi
deed-account-pause = A mis en pause un compte d’envoi
deed-account-resume = A réactivé un compte d’envoi
deed-mailing-new = A commencé un envoi
deed-mailing-list = A remplacé la liste des destinataires
deed-mailing-files = A ajouté des fichiers
deed-mailing-test = A envoyé un test
deed-mailing-send = A lancé un envoi
deed-mailing-delete = A supprimé un brouillon
deed-job-pause = A mis en pause une tâche
deed-job-resume = A repris une tâche
deed-job-cancel = A annulé une tâche
deed-job-retry = A relancé des éléments en échec
deed-job-settle = A marqué des éléments non confirmés comme envoyés ou non envoyés

## The reader's own page

me-title = Votre compte
me-password = Mot de passe
me-password-change = Changer de mot de passe
me-sessions = Sessions actives
me-this = session actuelle
me-end = Déconnecter
me-end-others = Déconnecter toutes les autres sessions
me-begun = depuis le { $time }

## Errors

error-forbidden = Vous n’avez pas accès à cette page
error-forbidden-help = Votre rôle ne le permet pas. Demandez l’accès à un administrateur.
error-not-found = Page introuvable
error-not-found-help = La page a peut-être été supprimée, ou son adresse est incomplète.
error-refused = Votre demande n’a pas pu aboutir
error-refused-help = Un changement a eu lieu depuis l’ouverture de la page. Revenez en arrière, rechargez la page et réessayez.
error-invalid = Votre demande n’est pas valide
error-invalid-help = Une valeur est manquante ou incorrecte. Revenez en arrière, corrigez-la et réessayez.
error-address = L’adresse de cette page est incomplète ou mal saisie. Vérifiez-la, ou passez par le menu.
error-busy = Trop de demandes
error-busy-help = Vigie est très sollicité. Patientez quelques secondes, puis réessayez. Les envois en cours continuent.
error-internal = Une erreur s’est produite de notre côté
error-internal-help = L’erreur est enregistrée dans le journal sous le numéro ci-dessous. Les envois en cours continuent.
error-again = Réessayer
error-request = Numéro de la demande :
error-technical = Détails techniques

## What forms say

enter-help = Ce lien vous connecte une seule fois, sans mot de passe.
enter-now = Se connecter
said-retried = { $n ->
    [one] { $shown } élément est relancé.
   *[other] { $shown } éléments sont relancés.
}
said-retried-over = { $n ->
    [one] { $shown } élément a été relancé.
   *[other] { $shown } éléments ont été relancés.
}
said-held = La tâche reste en pause. { $why } Reprise automatique le { $time }.
said-settled = { $n ->
    [one] { $shown } élément mis à jour.
   *[other] { $shown } éléments mis à jour.
}
said-not-retried = { $n ->
    [one] { $shown } élément ne peut pas être relancé : il a été ignoré avant l’envoi, ou il n’est pas en échec.
   *[other] { $shown } éléments ne peuvent pas être relancés : ils ont été ignorés avant l’envoi, ou ils ne sont pas en échec.
}
said-not-settled = { $n ->
    [one] { $shown } élément n’a pas été modifié : seuls les éléments non confirmés peuvent être marqués comme envoyés ou non envoyés.
   *[other] { $shown } éléments n’ont pas été modifiés : seuls les éléments non confirmés peuvent être marqués comme envoyés ou non envoyés.
}
said-none = Aucune ligne sélectionnée. Rien n’a été modifié.
account-said-created = Le compte d’envoi est ajouté.
said-saved = Modifications enregistrées.
users-name-bad = Saisissez un nom de 1 à { $n } caractères, sans barre oblique, sans caractère invisible et sans espace au début ou à la fin.
users-name-taken = Un utilisateur ou un jeton s’appelle déjà « { $name } », un nom qui se lit de la même façon. Les majuscules et les lettres qui se ressemblent ne sont pas distinguées.
account-name-taken = Un compte porte déjà ce nom.
password-short = Saisissez au moins { $n } caractères.
password-long = Saisissez au plus { $n } caractères.
password-differs = Les mots de passe ne correspondent pas.
password-wrong = Le mot de passe actuel est incorrect.
number-bad = Saisissez un nombre supérieur ou égal à 1.
batch-both = Indiquez la taille du lot et la pause, ou laissez les deux champs vides.
account-host-missing = Saisissez le nom du serveur.
account-port-tls = TLS utilise le port 465, qui vient d’être rempli. Le port { $port } commence sans chiffrement, pour STARTTLS. Enregistrez de nouveau, ou choisissez STARTTLS.
account-port-starttls = STARTTLS utilise le port 587, qui vient d’être rempli. Le port 465 est réservé à TLS. Enregistrez de nouveau, ou choisissez TLS.
account-address-missing = Saisissez l’adresse Gmail qui envoie les messages.
account-unknown = Le compte d’envoi « { $name } » n’existe pas. Choisissez parmi : { $known }.
account-bad = Ces paramètres ne sont pas valides. Vérifiez le nom du serveur, l’identifiant et le port.
account-test-gmail = Un compte Gmail ne peut pas être testé sans envoi. Envoyez-vous un message de test.
account-test-slow = Le serveur n’a pas répondu en { $time }.
pace-second = { $shown } par seconde
pace-minute = { $shown } par minute
pace-hour = { $shown } par heure
pace-batch = lots de { $size }, puis une pause de { $time }

## Un nouvel envoi

new-lead = Ajoutez la liste des destinataires. Ses colonnes remplissent le reste, et rien n’est envoyé sans votre vérification.
new-no-account = Il n’y a pas encore de compte d’envoi. Vous pouvez préparer un envoi, mais pas l’envoyer.
drafts-title = Brouillons
drafts-too-many = Vous avez { $shown } brouillons, le maximum autorisé. Envoyez ou supprimez-en un d’abord.
draft-delete = Supprimer
draft-delete-this = Supprimer { $name }
draft-delete-ask = Supprimer ce brouillon ?
draft-delete-help = Les fichiers ajoutés et le texte sont supprimés. Rien de ce brouillon n’a été envoyé.
steps-title = Étapes de l’envoi
step-recipients = Destinataires
step-files = Fichiers
step-message = Message
step-check = Vérification
next = Continuer
file-required = Choisissez d’abord un fichier.
recipients-drop = Déposez la liste des destinataires ici, ou sélectionnez un fichier
recipients-drop-help = Excel (.xlsx), LibreOffice (.ods), CSV ou JSON (un objet par ligne). La première ligne doit contenir les noms des colonnes.
recipients-read = Importer la liste
recipients-other = Remplacer la liste
recipients-first = Premières lignes
recipients-rows = { $n ->
    [one] { $shown } destinataire
   *[other] { $shown } destinataires
}
recipients-lines = { $n ->
    [one] { $shown } ligne
   *[other] { $shown } lignes
}
recipients-without = { $n ->
    [one] { $shown } ligne n’a pas d’adresse valide dans « { $column } ». L’étape Vérification l’indique et permet de l’ignorer.
   *[other] { $shown } lignes n’ont pas d’adresse valide dans « { $column } ». L’étape Vérification les indique et permet de les ignorer.
}
recipients-columns = { $n ->
    [one] { $shown } colonne
   *[other] { $shown } colonnes
}
recipients-broken = { $n ->
    [one] { $shown } ligne est illisible. L’étape Vérification indique la ligne et le motif.
   *[other] { $shown } lignes sont illisibles. L’étape Vérification indique les lignes et les motifs.
}
list-semicolon = { $encoding }, séparé par des points-virgules
list-comma = { $encoding }, séparé par des virgules
list-tab = { $encoding }, séparé par des tabulations
list-json = JSON (un objet par ligne)
list-sheet = Feuille « { $sheet } »
list-sheet-choose = Feuille
list-sheet-read = Utiliser cette feuille
files-add = Pièces jointes
files-drop = Déposez les fichiers ici, ou sélectionnez-les
files-drop-help = Des PDF ou d’autres fichiers, ou une archive zip, qui est décompressée. Un fichier du même nom remplace le précédent.
files-upload = Ajouter
files-skip = Continuer sans fichier
files-remove = Retirer
files-remove-this = Retirer { $name }
files-remove-all = Retirer tous les fichiers
files-count = { $n ->
    [one] { $shown } fichier
   *[other] { $shown } fichiers
}
files-more = { $n ->
    [one] et { $shown } autre
   *[other] et { $shown } autres
}
files-bad-name = Un nom de fichier n’est pas valide. Utilisez un nom simple, sans dossier.
files-too-many = Un envoi peut contenir au plus { $shown } fichiers. Répartissez-les en plusieurs envois.
zip-broken = { $name } n’est pas une archive zip, ou elle est incomplète. Ajoutez-la de nouveau.
zip-too-many = { $name } contient trop de fichiers. Répartissez-les en plusieurs envois.
zip-too-long = { $name } est trop volumineux une fois décompressé. Répartissez-le en plusieurs envois.
zip-bomb = { $name } n’a pas été décompressé : { $file } est anormalement volumineux une fois décompressé. Ajoutez ce fichier sans le compresser.
zip-path = { $name } n’a pas été décompressé : { $file } désigne un emplacement hors de l’archive. Recréez l’archive.
zip-twice = { $name } n’a pas été décompressé : il contient deux fichiers nommés { $file }. Renommez l’un des deux.
zip-encrypted = { $name } n’a pas été décompressé : { $file } est protégé par un mot de passe. Recréez l’archive sans mot de passe.
zip-method = { $name } n’a pas été décompressé : { $file } utilise une méthode de compression non prise en charge. Recréez l’archive avec les réglages par défaut.
zip-unreadable = { $name } n’a pas pu être décompressé et est peut-être endommagé. Recréez l’archive.
files-empty-zip = { $name } ne contient aucun fichier.
message-who = Expéditeur et destinataires
message-account = Compte d’envoi
message-from-hint = Une adresse, ou un nom et une adresse : Comptabilité <compta@example.org>
message-more-addresses = Copies et adresse de réponse
header-from = De
header-to = À
header-cc = Cc
header-bcc = Cci
header-reply-to = Répondre à
header-subject = Objet
message-vars = Colonnes de la liste. Saisissez un nom de colonne entre doubles accolades pour insérer la valeur propre à chaque destinataire.
message-text = Texte
message-html-more = Ajouter une version HTML
message-html = HTML
message-html-hint = Les messageries affichent cette version à la place du texte. Conservez une version texte pour celles qui n’affichent pas le HTML.
message-attach = Pièce jointe
message-attach-hint = { $n ->
    [one] La colonne qui contient le nom de fichier de chaque destinataire. { $shown } fichier ajouté.
   *[other] La colonne qui contient le nom de fichier de chaque destinataire. { $shown } fichiers ajoutés.
}
message-settings = Paramètres
message-name = Nom de l’envoi
message-name-hint = Si vous renvoyez sous le même nom, les destinataires qui ont déjà reçu l’envoi sont ignorés.
message-only = Uniquement les lignes où
message-all-rows = Toutes les lignes
message-kept = Conserver le filtre de lignes de l’envoi précédent
message-only-value = est égal à
message-on-invalid = Si une ligne contient une erreur
message-stop = Ne rien envoyer
message-stop-hint = tant que toutes les erreurs ne sont pas corrigées.
message-skip = Ignorer la ligne
message-skip-hint = Les autres lignes sont envoyées. Les lignes ignorées sont listées avec le motif.
message-key = Identification des destinataires
message-key-hint = Par défaut, par l’adresse et le fichier. Choisissez des colonnes, comme le numéro de facture, si une personne reçoit plusieurs messages.
message-check = Vérifier l’envoi
message-preview = Enregistrer et prévisualiser
template-place = ligne { $line }, caractère { $character } : { "" }
preview-title = Aperçu
preview-row = Destinataire { $n }
preview-previous = Précédent
preview-next = Suivant
preview-none = L’aperçu s’affiche ici dès que vous avez saisi un expéditeur, un destinataire, un objet et un texte.
preview-attached = Pièces jointes
preview-html = Version HTML
preview-text = Version texte
check-messages = Messages
check-recipients = Destinataires
check-bytes = Taille totale, environ
check-bad = Lignes avec erreurs
check-account-paused = Le compte d’envoi est en pause. L’envoi commencera à la reprise du compte.
check-fine = Aucune erreur. Rien n’a encore été envoyé.
check-problems = Erreurs et avertissements
check-errors = { $n ->
    [one] { $shown } erreur
   *[other] { $shown } erreurs
}
check-warnings = { $n ->
    [one] { $shown } avertissement
   *[other] { $shown } avertissements
}
check-skip = { $n ->
    [one] Ignorer cette ligne
   *[other] Ignorer ces { $shown } lignes
}
check-skipping = { $n ->
    [one] { $shown } ligne sera ignorée et listée sous « À vérifier ».
   *[other] { $shown } lignes seront ignorées et listées sous « À vérifier ».
}
problem-fatal = Erreur
problem-mild = Avertissement
problem-line = ligne { $line }
problem-fix = Corriger
problem-replace-list = Remplacer la liste
problem-add-files = Ajouter des fichiers
problem-said = { $what } : { $remedy }
test-title = Envoyer un test
test-address = Votre adresse
test-hint = Envoie le message du destinataire { $n } à cette adresse uniquement, avec [TEST] devant l’objet.
test-send = Envoyer le test
test-bad-address = Cette adresse e-mail n’est pas valide. Saisissez-la sous la forme nom@example.org.
test-no-row = Ce destinataire n’existe pas.
test-bad-row = Le message de ce destinataire ne peut pas être créé. L’aperçu indique le motif.
test-sent = Test envoyé à { $to }.
test-not-sent = Le test n’a pas été envoyé à { $to }. { $what }
test-unknown = L’envoi du test à { $to } n’est pas certain. { $what }
test-slow = Le serveur n’a pas répondu à temps. L’envoi du test à { $to } n’est pas certain.
send-title = Envoi
send-now = { $n ->
    [one] Envoyer { $shown } message maintenant
   *[other] Envoyer { $shown } messages maintenant
}
send-later = Envoyer plus tard
send-date = Date
send-time = Heure
send-zone = Fuseau horaire : { $zone }.
send-at = Programmer l’envoi
send-not-yet = Cet envoi est impossible tant que des lignes contiennent des erreurs. Corrigez ces lignes ou ignorez-les.
send-no-date = Choisissez une date et une heure.
send-past = Cette date est passée.
send-too-far = Choisissez une date dans un délai d’un an.
reason-restored = Tâche restaurée à partir d’une sauvegarde. Des messages ont pu être envoyés depuis. Vérifiez ce que le compte d’envoi a envoyé, puis reprenez ou annulez.
reason-scheduled = Envoi programmé. Il commencera à l’heure prévue.

before-title = Est-ce un nouvel envoi ?
before-received = { $n } des { $rows } destinataires de cette liste ont déjà reçu « { $name } », envoyé pour la dernière fois le { $date }.
before-changed = { $n ->
    [one] L’un d’eux l’a reçu avec un contenu différent.
   *[other] { $n } d’entre eux l’ont reçu avec un contenu différent.
}
before-told-by = Les destinataires sont identifiés par { $key }.
before-key-default = l’adresse et les pièces jointes
before-complete = Envoyer uniquement aux autres
before-complete-hint = Complète « { $name } ». Les destinataires qui l’ont déjà reçu sont ignorés.
before-new = Envoyer comme nouvel envoi
before-new-hint = { $n ->
    [one] Le destinataire le reçoit, quels que soient les envois précédents.
   *[other] Les { $n } destinataires le reçoivent, quels que soient les envois précédents.
}
before-changed-title = Le contenu a changé
before-changed-rows = { $n ->
    [one] Un destinataire a déjà reçu cet envoi avec un contenu différent (autre période ou autre montant, par exemple).
   *[other] { $n } destinataires ont déjà reçu cet envoi avec un contenu différent (autre période ou autre montant, par exemple).
}
before-send-changed = Envoyer la nouvelle version
before-send-changed-hint = Ils recevront un second message.
before-skip-changed = Les ignorer
before-skip-changed-hint = Ils gardent le message reçu.
before-completes = Complète « { $name } »
before-change = Modifier
before-left-out = { $n ->
    [0] Aucun destinataire de cette liste ne l’a encore reçu.
    [one] Un destinataire l’a déjà reçu et est ignoré.
   *[other] { $n } destinataires l’ont déjà reçu et sont ignorés.
}
before-to-send = { $n ->
    [0] Aucun message ne sera envoyé.
    [one] Un message sera envoyé.
   *[other] { $n } messages seront envoyés.
}
before-list = Qui l’a déjà reçu
waiting-list = Qui va le recevoir
waiting-all = { $n ->
    [one] Voir le destinataire
   *[other] Voir les { $shown } destinataires
}
waiting-more = { $n ->
    [one] Et { $shown } autre.
   *[other] Et { $shown } autres.
}
waiting-changed = (nouveau contenu)
before-when = Envoyé
before-uncertain = (non confirmé)
before-other = (contenu différent)
send-undecided = Répondez d’abord à la question ci-dessus.
send-nobody = Rien à envoyer. Tous les destinataires de cette liste ont déjà reçu cet envoi.
send-twice = Un autre envoi utilise actuellement cette liste. Attendez qu’il soit terminé, ou choisissez « Envoyer comme nouvel envoi ».
undelivered-line = Ligne

correct-hint = Corrigez une adresse et renvoyez, ou sélectionnez des lignes.
correct-withheld = Certains de ces messages joignent des fichiers du serveur. Seul un administrateur peut en corriger l’adresse.
correct-changed = { $n ->
    [one] Un autre utilisateur a renvoyé l’un de ces messages. Rien n’a été envoyé. Vérifiez la liste à jour, puis renvoyez.
   *[other] Un autre utilisateur a renvoyé { $n } de ces messages. Rien n’a été envoyé. Vérifiez la liste à jour, puis renvoyez.
}
correct-send = Renvoyer aux adresses corrigées
correct-address = Adresse, ligne { $line }
corrected-title = Liste corrigée
corrected-bring = Ajouter une liste corrigée
corrected-file = Liste corrigée
corrected-hint = La même liste avec les adresses corrigées. Vous voyez les modifications avant tout envoi.
corrected-compare = Comparer les listes
corrected-n = { $n ->
    [one] Une adresse a changé. Le message sera renvoyé.
   *[other] { $n } adresses ont changé. Ces messages seront renvoyés.
}
corrected-unchanged = { $n ->
    [one] Un message non remis a la même adresse et n’est pas renvoyé.
   *[other] { $n } messages non remis ont la même adresse et ne sont pas renvoyés.
}
corrected-missing = { $n ->
    [one] Un message non remis ne figure pas dans cette liste et n’est pas renvoyé.
   *[other] { $n } messages non remis ne figurent pas dans cette liste et ne sont pas renvoyés.
}
unmatched-title = { $n ->
    [one] { $shown } ligne de cette liste est inutilisable
   *[other] { $shown } lignes de cette liste sont inutilisables
}
unmatched-help = Seule l’adresse peut différer de la liste envoyée : vérifiez les autres colonnes.
unmatched-why = Motif
unmatched-nobody = Aucun destinataire de cet envoi ne correspond
unmatched-several = Plusieurs destinataires non remis ont les mêmes valeurs
unmatched-contradicted = Deux lignes donnent des adresses différentes pour le même destinataire
unmatched-unreadable = Ligne illisible
corrected-none = Aucune adresse n’a changé
corrected-none-help = Aucun destinataire non remis n’a une adresse différente dans { $list }.
corrected-back = Retour aux messages à vérifier
corrected-before = Avant
corrected-after = Après
corrected-send = Renvoyer
said-corrected = { $n ->
    [one] Une adresse corrigée. Le message est en cours de renvoi.
   *[other] { $n } adresses corrigées. Les messages sont en cours de renvoi.
}
said-corrected-over = { $n ->
    [one] Une adresse corrigée.
   *[other] { $n } adresses corrigées.
}
said-not-corrected = { $n ->
    [one] Une adresse n’est toujours pas valide.
   *[other] { $n } adresses ne sont toujours pas valides.
}
job-reuse = Réutiliser cet envoi
job-sent-again = { $n ->
    [one] { $shown } message a été renvoyé dans
   *[other] { $shown } messages ont été renvoyés dans
}
item-sent-again = Renvoyé dans
sheet-id = ID
sheet-trace-name = Nom
sheet-application = Application
sheet-flow = Flux
sheet-comment = Commentaire
sheet-seconds = Durée (s)
sheet-error = Erreur
sheet-yes = oui
sheet-no = non
