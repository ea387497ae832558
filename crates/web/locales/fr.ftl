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

skip = Aller au contenu
menu-title = Menu principal
menu-short = Menu
menu-dashboard = Tableau de bord
menu-new = Nouvel envoi
menu-jobs = Tâches
menu-traces = Traces
menu-accounts = Comptes d’envoi
menu-workers = Processus
menu-administration = Administration
menu-users = Utilisateurs
menu-tokens = Jetons
menu-audit = Journal d’audit
menu-logout = Se déconnecter
language = Langue
language-fr = Français
language-en = English
language-fr-short = FR
language-en-short = EN
theme = Thème
theme-auto = Comme le système
theme-light = Clair
theme-dark = Sombre
save = Enregistrer
cancel = Annuler
keep = Ne rien changer
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
pager-further = Chercher plus loin
pager-stop = Arrêter la recherche
choose-all = Tout choisir

## States

state-preparing = En préparation
state-pending = En attente
state-running = En cours
state-paused = En pause
state-completed = Terminé
state-failed = Échoué
state-cancelled = Annulé
standing-undelivered = Terminé, { $failed } non remis
standing-failed = Terminé, { $failed } en échec
standing-nothing-sent = Rien n’a été envoyé
standing-nothing-done = Rien n’a été fait
nothing-sent-why = { $n ->
    [one] Le destinataire de la liste l’avait déjà reçu.
   *[other] Les { $shown } destinataires de la liste l’avaient déjà reçu.
}
standing-uncertain = { $n ->
    [one] Terminé, { $shown } incertain
   *[other] Terminé, { $shown } incertains
}
item-queued = En attente
item-running = En cours
item-succeeded = Réussi
item-failed = Échoué
item-unknown = Incertain
item-skipped = Ignoré
life-alive = Actif
life-lost = Perdu
life-ended = Arrêté
kind-mailing = Envoi
kind-command = Commande
kind-http = Appel HTTP
kind-noop = Test de charge
kind-external = D’un autre programme
role-viewer = Lecture
role-operator = Opérateur
role-admin = Administrateur
role-viewer-help = Voit les tâches, les traces et les comptes ; ne change rien.
role-operator-help = Peut aussi envoyer, mettre en pause, relancer et trancher les cas incertains.
role-admin-help = Gère aussi les comptes d’envoi, les utilisateurs et les jetons.
rate-second = { $n } /s
rate-minute = { $n } /min
resumes-at = Reprise automatique le { $time }.
reason-by-hand = Arrêt demandé par une personne.
reason-by-hand-saying = Arrêt demandé par une personne : { $what }
reason-paused = En pause jusqu’à ce que quelqu’un relance.
reason-daily-limit = La limite du compte sur 24 heures est atteinte. Personne n’est mis en échec pour cela.
reason-defect = Vigie a rencontré un défaut interne et s’est arrêtée par prudence. Consultez le journal, puis relancez.
reason-not-started = Interrompu pendant la préparation : rien n’a été envoyé. Recommencez l’envoi.
reason-account-missing = Le compte d’envoi n’existe plus. Recréez-le sous le même nom, ou recommencez avec un autre.
reason-account-url = Les réglages du compte d’envoi sont incorrects. Corrigez le compte, puis relancez.
reason-dkim = La clé DKIM est illisible. Vérifiez le fichier et ses droits, puis relancez.
reason-settings = Les réglages de la tâche sont incorrects. Son message dit lequel.
reason-database = La base de données n’a pas répondu. La reprise est automatique dès qu’elle répond.
reason-secret = Le mot de passe du compte ne peut pas être déchiffré ici. Saisissez-le de nouveau dans le compte, puis relancez.

## The way in

login-title = Se connecter
login-name = Identifiant
login-password = Mot de passe
login-enter = Se connecter
login-forgotten = Mot de passe oublié ? Un administrateur peut vous donner un lien pour en choisir un nouveau.
login-wrong = L’identifiant ou le mot de passe est incorrect.
login-throttled = Trop d’essais. Réessayez dans { $time }.
login-logged-out = Vous êtes déconnecté.
login-expired = Votre session a expiré. Connectez-vous pour continuer.
setup-title = Choisir un mot de passe
setup-hello = Bonjour { $name }
setup-password = Choisissez votre mot de passe. Ce lien ne sert qu’une fois.
setup-done = Enregistrer et se connecter
setup-gone = Ce lien n’est plus valable
setup-gone-help = Il a déjà servi, ou a expiré. Demandez-en un nouveau à un administrateur.
password-new = Nouveau mot de passe
password-again = Le même, encore une fois
password-current = Mot de passe actuel
password-changed = Le mot de passe est changé.
field-required = Ce champ est nécessaire.
password-hint = { $n } caractères au moins. Quelques mots qui se suivent se retiennent mieux que des signes.

## Dashboard

first-title = Trois étapes jusqu’au premier envoi
first-lead = Rien n’a encore été envoyé d’ici.
first-account = Créez un compte d’envoi
first-account-help = Le serveur SMTP ou l’adresse Gmail d’où part le courrier, et ce qu’il peut envoyer.
first-mailing = Faites un envoi
first-mailing-help = Une liste de destinataires, leurs fichiers, un texte ; Vigie vérifie tout avant le départ.
first-demo = Ou regardez d’abord un exemple
first-demo-help = Dans un terminal ; rien n’est envoyé à personne :
sent-today = Envoyés aujourd’hui
sent-week = Envoyés cette semaine
success-rate = Taux de réussite
over-week = sur la semaine
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
    [one] { $shown } incertain
   *[other] { $shown } incertains
}
more-today = Aujourd’hui aussi, sans être compté ci-dessus :
others-n = éléments d’autres tâches : { $done } réussis, { $failed } échoués.
posted-n = traces déposées par d’autres programmes : { $total }, dont { $errors } en erreur.
errors-n = { $n ->
    [one] { $shown } erreur
   *[other] { $shown } erreurs
}
failed-n = { $n ->
    [one] { $shown } échoué
   *[other] { $shown } échoués
}
jobs-n = { $n ->
    [one] { $shown } tâche
   *[other] { $shown } tâches
}
running-title = En cours
running-none = Rien n’est en cours.
all-jobs = Toutes les tâches
done-of = { $done } sur { $total }
left = encore { $time }
chart-title = Dernières 24 heures
chart-sent = { $n ->
    [one] { $shown } envoyé
   *[other] { $shown } envoyés
}
chart-says = Ces dernières 24 heures : { $sent } envoyés, { $errors } non remis.
chart-slot = { $from } – { $until } : { $sent } envoyés, { $errors } non remis
chart-table = Afficher en tableau
chart-from = Demi-heure à partir de
chart-sent-title = Envoyés
chart-errors-title = Non remis
errors-title = Derniers échecs
errors-all = Toutes les erreurs
errors-none = Aucun échec des dernières 24 heures ne reste à traiter.

## Jobs

filter-name = Nom
filter-state = État
filter-kind = Type
filter-person = Personne
filter-since = Du
filter-until = Au
filter-text = Texte
filter-label = Destinataire ou élément
filter-application = Application
filter-flow = Flux
filter-errors = Erreurs seulement
filter-apply = Chercher
filter-clear = Effacer les filtres
any-kind = Tous les types
any-state = Tous les états
jobs-name = Nom
jobs-state = État
jobs-progress = Avancement
jobs-failed = Échoués
jobs-unknown = Incertains
jobs-person = Personne
jobs-created = Création
jobs-none = Aucune tâche pour l’instant
jobs-none-help = Les envois et le travail d’autres programmes apparaissent ici dès leur création, et y restent.
jobs-no-match = Aucune tâche ne correspond
jobs-no-match-help = Élargissez les dates, ou effacez les filtres.
job-account = par { $name }
job-person = { $name }
job-took = durée : { $time }
job-pause = Mettre en pause
job-resume = Reprendre
job-retry = { $n ->
    [one] Relancer { $shown } échec
   *[other] Relancer { $shown } échecs
}
job-retry-all = Relancer les échecs
job-cancel = Annuler…
job-cancel-title = Annuler définitivement ?
job-cancel-mailing = { $n ->
    [one] { $shown } destinataire ne recevra rien. Ce qui est parti reste parti ; un envoi annulé ne peut pas reprendre.
   *[other] { $shown } destinataires ne recevront rien. Ce qui est parti reste parti ; un envoi annulé ne peut pas reprendre.
}
job-cancel-items = { $n ->
    [one] { $shown } élément sera ignoré. Ce qui est fait reste fait ; une tâche annulée ne peut pas reprendre.
   *[other] { $shown } éléments seront ignorés. Ce qui est fait reste fait ; une tâche annulée ne peut pas reprendre.
}
job-cancel-sure = Annuler définitivement
job-tabs = Volets de cette tâche
tab-overview = Aperçu
tab-undelivered = Non remis
tab-trouble = En difficulté
tab-recipients = Destinataires
tab-items = Éléments
tab-traces = Traces
tab-log = Journal
tab-timeline = Chronologie
tally-sent = Envoyés
tally-succeeded = Réussis
tally-failed = Échoués
tally-unknown = Incertains
tally-skipped = Ignorés
tally-remaining = Restants
tally-rate = Cadence
tally-left = Temps restant
live-on = En direct
live-lost = Connexion perdue – nouvelle tentative
live-say = { $percent } effectués, { $failed } échoués
undelivered-title = Ceux qui n’ont pas reçu le leur
trouble-title = Éléments en difficulté
undelivered-all = { $n ->
    [one] Afficher { $shown } cas
   *[other] Afficher les { $shown } cas
}
undelivered-none = Tout le monde a reçu le sien.
undelivered-none-yet = Aucun échec jusqu’ici.
undelivered-list = Afficher la liste
undelivered-wrong = Ce qui ne va pas :
unsent-n = { $n ->
    [one] { $shown } message n’est pas parti
   *[other] { $shown } messages ne sont pas partis
}
unsent-yet = { $n ->
    [one] { $shown } message pas encore parti
   *[other] { $shown } messages pas encore partis
}
unsent-all = Rien n’est parti
undelivered-nobody = Personne ne manque
trouble-nothing = Rien n’est en difficulté
trouble-none = Tout s’est bien passé.
undelivered-who = Qui
undelivered-why = Pourquoi, et que faire
undelivered-tries = Essais
undelivered-reply = Réponse du serveur :
unknown-n = { $n ->
    [one] { $shown } cas est incertain
   *[other] { $shown } cas sont incertains
}
unknown-help = La connexion ou la machine a lâché au moment même de la remise : impossible de savoir si elle a eu lieu. Rien n’est envoyé deux fois sans vous : demandez au destinataire ou regardez la boîte d’envoi, puis tranchez ici.
retry-done = { $n ->
    [one] { $shown } nouvel essai va suivre
   *[other] { $shown } nouveaux essais vont suivre
}
choose-hint = Choisissez des lignes, puis une action.
retry-these = Relancer seulement ceux-ci
settle-sent = Ils ont été envoyés
settle-not-sent = Ils n’ont pas été envoyés
items-none = Rien ne correspond.
items-reach = { $shown } lignes parcourues, jusqu’à la ligne { $until }
items-reach-none = Rien dans les { $shown } premières lignes parcourues, jusqu’à la ligne { $until }.
items-reach-more = Rien dans { $shown } lignes de plus, jusqu’à la ligne { $until }.
items-row = Ligne
items-detail = Résultat
job-traces-none = Pas encore de trace : chaque tentative en laisse une.
log-last = Dernières lignes du journal
log-all = Journal complet
log-whole = Télécharger le journal
log-search = Chercher dans ce journal
log-none = Cette tâche n’a rien écrit au journal.

## Traces

traces-title = Traces
traces-lead = Une ligne par tentative, écrite une fois et jamais modifiée.
traces-csv = Télécharger en CSV
items-csv = Télécharger la liste (CSV)
sheet-recipient = Destinataire
sheet-about = Société ou nom
sheet-file = Fichier
sheet-reply = Réponse du serveur
traces-when = Quand
traces-outcome = Résultat
traces-what = Ce qui s’est passé
traces-from = Application
traces-took = Durée
trace-fine = Réussie
trace-error = Erreur
traces-none = Aucune trace pour l’instant
traces-none-help = Chaque tentative d’une tâche laisse une trace ici ; d’autres programmes peuvent y laisser les leurs.
traces-no-match = Aucune trace ne correspond
traces-reach = { $shown } traces parcourues, jusqu’au { $until }
traces-reach-none = Rien dans les { $shown } premières traces parcourues, jusqu’au { $until }.
traces-reach-more = Rien dans { $shown } traces de plus, jusqu’au { $until }.

## Accounts

accounts-lead = D’où part le courrier, et ce que chaque compte peut encore envoyer.
accounts-new = Nouveau compte d’envoi
accounts-all = Tous les comptes
accounts-none = Aucun compte d’envoi
accounts-none-help = Il en faut un pour envoyer : un serveur SMTP, ou une adresse Gmail.
account-ready = Prêt
account-use = Utilisation sur 24 heures
account-settings = Réglages
account-test = Tester la connexion
account-works = La connexion fonctionne
account-works-took = Connecté en { $time }. Rien n’a été envoyé.
account-fails = La connexion ne fonctionne pas
account-name = Nom
account-name-hint = Tel qu’il apparaît dans les envois et les traces. Il ne pourra plus être modifié.
account-create = Créer
account-create-test = Créer et tester
account-server = Serveur
account-smtp = Serveur SMTP
account-smtp-hint = De votre fournisseur ou de votre organisation.
account-gmail = Gmail
account-gmail-hint = Par l’API de Google, avec un compte de service ou un jeton d’actualisation.
account-host = Hôte
account-port = Port
account-security = Chiffrement
account-user = Identifiant
account-address = Adresse Gmail
account-secret = Clé
account-secret-kept = Il y en a un, conservé chiffré. Laissez vide pour le garder.
account-secret-hint = Le fichier JSON du compte de service, collé en entier. Il est conservé chiffré et n’est plus jamais affiché.
account-limits = Limites
account-limits-hint = Ce que le fournisseur autorise ; vide : sans limite. Vigie ne les dépasse jamais, quoi qu’il y ait en attente.
security-starttls = STARTTLS (port 587)
security-tls = TLS (port 465)
security-none = Aucun (machine locale)
limit-per-second = Messages par seconde
limit-per-minute = Messages par minute
limit-per-hour = Messages par heure
limit-daily = Messages sur 24 heures
limit-recipients = Destinataires sur 24 heures
limit-batch-size = Lots de
limit-batch-pause = Pause de lot, secondes
limit-left = reste { $left } sur { $limit }
limit-none = sans limite quotidienne
sent-in-a-day = { $n ->
    [one] { $shown } message sur 24 heures
   *[other] { $shown } messages sur 24 heures
}
recipients-in-a-day = { $n ->
    [one] { $shown } destinataire sur 24 heures
   *[other] { $shown } destinataires sur 24 heures
}

## Workers

workers-lead = Les processus qui exécutent les tâches. Le travail d’un processus perdu est repris en moins de 15 secondes.
workers-none = Aucun processus n’est actif
workers-none-help = Les tâches attendent qu’un processus démarre : « vigie serve ».
workers-name = Nom
workers-pid = processus { $pid }
workers-jobs = Tâches
workers-flight = En vol
workers-load = Charge
workers-memory = Mémoire
workers-since = Depuis
workers-sign = Dernier signe de vie

## Users, tokens, audit

users-name = Utilisateur
users-role = Rôle
users-role-of = Rôle de { $name }
users-change = Changer
users-seen = Dernière visite
users-you = vous
users-disabled = Désactivé
users-invited = Pas encore connecté
users-passwordless = Sans mot de passe
users-link = Lien de mot de passe
users-link-for = Un lien pour { $name }
users-link-once = Remettez-le à cette seule personne. Il sert une fois, pour choisir un mot de passe, et ne sera plus affiché.
users-enable = Réactiver
users-disable = Désactiver
users-disable-title = Désactiver { $name } ?
users-disable-help = Ses sessions prennent fin aussitôt et la connexion est refusée. Ses actions restent au journal d’audit.
users-new = Nouvel utilisateur
users-create = Créer
users-create-hint = Vous recevez un lien à transmettre ; la personne choisit elle-même son mot de passe.
tokens-lead = Ce que les programmes présentent à la place d’un mot de passe.
tokens-none = Aucun jeton
tokens-none-help = Créez-en un pour chaque programme qui parle à Vigie.
tokens-name = Nom
tokens-name-hint = Celui du programme qui l’utilisera.
tokens-scope = Droits
tokens-expires = Expiration
tokens-expired = Expiré
tokens-used = Dernier usage
tokens-made = Le jeton « { $name } » est créé
tokens-once = Copiez-le maintenant : il ne sera plus affiché.
tokens-revoke = Révoquer
tokens-revoke-title = Révoquer « { $name } » ?
tokens-revoke-help = Les programmes qui l’utilisent sont refusés aussitôt. C’est irréversible.
tokens-new = Nouveau jeton
tokens-create = Créer
scope-ingest = Envoyer des journaux, et rien d’autre
scope-progress = Suivre l’avancement des tâches
scope-read = Tout lire
scope-write = Tout lire, mener des tâches et envoyer des journaux
scope-admin = Tout, comptes et utilisateurs compris
expiry-month = Après 30 jours
expiry-quarter = Après 90 jours
expiry-year = Après un an
expiry-never = Jamais
audit-lead = Qui a fait quoi, sur quoi, et quand. Jamais modifié.
audit-who = Qui
audit-what = Quoi
audit-object = Sur quoi
audit-none = Rien ne correspond.
deed-login = S’est connecté
deed-logout = S’est déconnecté
deed-password = A choisi un mot de passe
deed-user-new = A créé un utilisateur
deed-user-link = A créé un lien de mot de passe
deed-user-role = A changé un rôle
deed-user-disable = A désactivé un utilisateur
deed-user-enable = A réactivé un utilisateur
deed-token-new = A créé un jeton
deed-token-revoke = A révoqué un jeton
deed-account-new = A créé un compte d’envoi
deed-account-change = A modifié un compte d’envoi
deed-account-test = A testé un compte d’envoi
deed-account-pause = A mis en pause un compte d’envoi
deed-account-resume = A repris un compte d’envoi
deed-mailing-new = A commencé un envoi
deed-mailing-list = A apporté une autre liste
deed-mailing-files = A apporté des fichiers
deed-mailing-test = A envoyé un essai
deed-mailing-send = A lancé un envoi
deed-mailing-delete = A supprimé un brouillon
deed-job-pause = A mis en pause une tâche
deed-job-resume = A repris une tâche
deed-job-cancel = A annulé une tâche
deed-job-retry = A relancé des échecs
deed-job-settle = A tranché des envois incertains

## The reader's own page

me-title = Votre compte
me-password = Mot de passe
me-password-change = Changer le mot de passe
me-sessions = Vos sessions ouvertes
me-this = celle-ci
me-end = Fermer
me-end-others = Fermer toutes les autres
me-begun = depuis le { $time }

## Errors

error-forbidden = Vous n’y avez pas accès
error-forbidden-help = Votre rôle ne le permet pas. Un administrateur peut le changer.
error-not-found = Il n’y a rien ici
error-not-found-help = L’élément a été supprimé, ou l’adresse est incomplète.
error-refused = La demande n’a pas abouti
error-refused-help = Le formulaire était trop ancien, ou quelque chose a changé entre-temps. Revenez en arrière, rechargez la page et réessayez.
error-invalid = Ceci ne peut pas être accepté tel quel
error-invalid-help = Un élément n’a pas de sens. Revenez en arrière, corrigez ce qui est nommé ici et réessayez.
error-address = L’adresse de cette page est incomplète ou mal saisie. Vérifiez-la, ou passez par le menu.
error-busy = Trop de demandes à la fois
error-busy-help = Vigie est très sollicitée. Attendez quelques secondes puis réessayez. Les envois en cours continuent.
error-internal = L’erreur vient de nous
error-internal-help = Vigie a rencontré un défaut. Il est au journal sous le numéro ci-dessous ; les envois en cours continuent.
error-home = Au tableau de bord
error-again = Réessayer
error-request = Demande

## What forms say

enter-help = Ce lien ouvre Vigie une seule fois, sans mot de passe.
enter-now = Entrer
said-retried = { $n ->
    [one] { $shown } nouvel essai est lancé.
   *[other] { $shown } nouveaux essais sont lancés.
}
said-settled = { $n ->
    [one] { $shown } ligne tranchée.
   *[other] { $shown } lignes tranchées.
}
said-not-retried = { $n ->
    [one] { $shown } ligne ne peut pas être relancée : elle a été écartée avant l’envoi, ou n’est pas en échec.
   *[other] { $shown } lignes ne peuvent pas être relancées : elles ont été écartées avant l’envoi, ou ne sont pas en échec.
}
said-not-settled = { $n ->
    [one] { $shown } ligne reste telle quelle : seul ce qui est incertain peut être tranché.
   *[other] { $shown } lignes restent telles quelles : seul ce qui est incertain peut être tranché.
}
said-none = Rien n’a changé : choisissez d’abord les lignes.
said-saved = Enregistré.
users-name-bad = Écrivez un nom de 1 à { $n } caractères, sans barre oblique.
users-name-taken = Un utilisateur ou un jeton porte déjà ce nom ; les majuscules n’y changent rien.
account-name-taken = Un compte porte déjà ce nom.
password-short = Au moins { $n } caractères.
password-long = Au plus { $n } caractères.
password-differs = Les deux saisies diffèrent.
password-wrong = Ce n’est pas votre mot de passe.
number-bad = Écrivez un nombre à partir de 1.
batch-both = Indiquez la taille et la pause, ou aucune des deux.
account-host-missing = Écrivez le nom du serveur.
account-port-tls = Avec TLS dès la connexion, le port est 465 : il vient d’être rempli. Le port { $port } commence sans chiffrement et sert à STARTTLS. Enregistrez de nouveau, ou choisissez STARTTLS.
account-port-starttls = Avec STARTTLS, le port est 587 : il vient d’être rempli. Le port 465 est chiffré dès la connexion et sert à TLS. Enregistrez de nouveau, ou choisissez TLS.
account-address-missing = Écrivez l’adresse d’où Gmail envoie.
account-bad = Inutilisable : { $what }
account-test-gmail = Gmail s’essaie avec un premier message : envoyez-vous un test.
account-test-slow = Le serveur n’a pas répondu en { $time }.
pace-second = { $shown } par seconde
pace-minute = { $shown } par minute
pace-hour = { $shown } par heure
pace-batch = { $size }, puis une pause de { $time }

## Un nouvel envoi

new-lead = Apportez la liste des destinataires. Le reste se remplit à partir de ses colonnes, et rien ne part avant que vous ne l’ayez vérifié.
new-no-account = Il n’y a pas encore de compte d’envoi : un envoi peut être préparé, mais ne peut pas partir.
drafts-title = Commencés et non envoyés
drafts-too-many = Vous avez { $shown } envois commencés et non envoyés, le maximum conservé. Envoyez ou supprimez d’abord l’un d’eux.
draft-delete = Supprimer
draft-delete-this = Supprimer { $name }
draft-delete-ask = Supprimer ce brouillon ?
draft-delete-help = Ce qui a été apporté et rédigé est perdu. Rien n’en a été envoyé.
steps-title = Étapes de l’envoi
step-recipients = Destinataires
step-files = Fichiers
step-message = Message
step-check = Vérification
next = Continuer
file-required = Choisissez d’abord un fichier.
recipients-drop = Déposez ici la liste des destinataires, ou choisissez-la
recipients-drop-help = Excel (.xlsx), LibreOffice (.ods), CSV ou lignes JSON. La première ligne nomme les colonnes.
recipients-read = Lire la liste
recipients-other = Une autre liste à sa place
recipients-first = Les premières lignes
recipients-rows = { $n ->
    [one] { $shown } destinataire
   *[other] { $shown } destinataires
}
recipients-columns = { $n ->
    [one] { $shown } colonne
   *[other] { $shown } colonnes
}
recipients-broken = { $n ->
    [one] { $shown } ligne est illisible. La vérification montre laquelle, et pourquoi.
   *[other] { $shown } lignes sont illisibles. La vérification montre lesquelles, et pourquoi.
}
list-semicolon = { $encoding }, séparé par des points-virgules
list-comma = { $encoding }, séparé par des virgules
list-tab = { $encoding }, séparé par des tabulations
list-json = Lignes JSON
list-sheet = Feuille « { $sheet } »
list-sheet-choose = Feuille
list-sheet-read = Lire cette feuille
files-add = Les fichiers à joindre
files-drop = Déposez ici les fichiers, ou choisissez-les
files-drop-help = Des PDF ou d’autres fichiers, ou un zip, qui est décompressé. Un fichier du même nom remplace le précédent.
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
files-bad-name = Le nom d’un fichier ne convient pas : donnez-lui un nom simple, sans dossier.
files-too-many = Un envoi prend au plus { $shown } fichiers. Faites-en plusieurs envois.
zip-broken = { $name } n’est pas une archive zip, ou elle est incomplète. Déposez-la à nouveau.
zip-too-new = { $name } est trop volumineux : faites plusieurs archives de moins de 4 Go.
zip-too-many = { $name } contient trop de fichiers. Faites-en plusieurs envois.
zip-too-long = { $name } est trop volumineux une fois décompressé. Faites-en plusieurs envois.
zip-bomb = { $name } n’a pas été décompressé : { $file } est anormalement volumineux une fois décompressé. Déposez ce fichier sans le compresser.
zip-path = { $name } n’a pas été décompressé : { $file } désigne un emplacement hors de l’archive. Recréez l’archive.
zip-twice = { $name } n’a pas été décompressé : deux fichiers s’appellent { $file }. Renommez l’un des deux.
zip-encrypted = { $name } n’a pas été décompressé : { $file } est protégé par un mot de passe. Recréez l’archive sans mot de passe.
zip-method = { $name } n’a pas été décompressé : { $file } utilise une compression inhabituelle. Recréez l’archive avec les réglages habituels.
zip-unreadable = { $name } n’a pas pu être décompressé : il est peut-être endommagé. Recréez l’archive.
files-empty-zip = Il n’y a aucun fichier dans { $name }.
message-who = De qui, à qui
message-account = Envoyé par le compte
message-from-hint = Une adresse, ou un nom suivi d’une adresse : Comptabilité <compta@example.org>
message-more-addresses = Copies et réponses
header-from = De
header-to = À
header-cc = Copie
header-bcc = Copie cachée
header-reply-to = Réponses à
header-subject = Objet
message-vars = Les colonnes de la liste. Le nom d’une colonne entre doubles accolades devient la valeur propre à chaque destinataire.
message-text = Texte
message-html-more = Une version HTML
message-html = HTML
message-html-hint = Les messageries l’affichent à la place du texte. Gardez aussi un texte, pour celles qui ne le font pas.
message-attach = Fichier joint
message-attach-hint = { $n ->
    [one] La colonne qui nomme le fichier de chaque destinataire. { $shown } fichier a été apporté.
   *[other] La colonne qui nomme le fichier de chaque destinataire. { $shown } fichiers ont été apportés.
}
message-settings = Réglages
message-name = Nom de l’envoi
message-name-hint = Un envoi refait sous le même nom laisse de côté ceux qui ont déjà reçu le leur.
message-only = Seulement les lignes où
message-all-rows = Toutes les lignes
message-kept = Seulement les lignes que choisissait aussi l’envoi précédent
message-only-value = vaut exactement
message-on-invalid = Quand une ligne est fautive
message-stop = Ne rien envoyer
message-stop-hint = Tant que toutes les lignes ne sont pas justes.
message-skip = La laisser de côté
message-skip-hint = Les autres partent ; celles laissées de côté sont listées avec la raison.
message-key = Ce qui distingue les destinataires
message-key-hint = Par défaut, l’adresse et le fichier. Choisissez des colonnes, comme un numéro de facture, si une personne reçoit plusieurs messages.
message-check = Tout vérifier
message-preview = Garder et prévisualiser
template-place = ligne { $line }, caractère { $character } : { "" }
preview-title = Aperçu
preview-row = Destinataire { $n }
preview-previous = Précédent
preview-next = Suivant
preview-none = Le message s’affiche ici dès qu’un expéditeur, un destinataire, un objet et un texte sont écrits.
preview-attached = Joint
preview-html = Le message tel que l’affichent les messageries
preview-text = Version texte
check-messages = Messages
check-recipients = Destinataires
check-bytes = À envoyer, environ
check-bad = Lignes en erreur
check-account-paused = Le compte est en pause, et l’envoi l’attendra.
check-fine = Toutes les lignes sont justes. Rien n’a encore été envoyé.
check-problems = À regarder
check-errors = { $n ->
    [one] { $shown } erreur
   *[other] { $shown } erreurs
}
check-warnings = { $n ->
    [one] { $shown } avertissement
   *[other] { $shown } avertissements
}
check-skip = { $n ->
    [one] Laisser cette ligne de côté
   *[other] Laisser ces { $shown } lignes de côté
}
check-skipping = { $n ->
    [one] { $shown } ligne est laissée de côté, et figure parmi ceux qui n’ont pas reçu le leur.
   *[other] { $shown } lignes sont laissées de côté, et figurent parmi ceux qui n’ont pas reçu le leur.
}
problem-fatal = Erreur
problem-mild = Avertissement
problem-line = ligne { $line }
problem-fix = Corriger
problem-said = { $what } : { $remedy }
test-title = Essai à moi-même
test-address = Votre adresse
test-hint = Le message du destinataire { $n }, à cette adresse seulement, avec [TEST] devant son objet.
test-send = Envoyer l’essai
test-bad-address = Ce n’est pas une adresse e-mail. Écrivez-la comme nom@example.org.
test-no-row = Ce destinataire n’existe pas.
test-bad-row = Le message de ce destinataire ne peut pas être composé. L’aperçu montre pourquoi.
test-sent = L’essai est parti à { $to }.
test-not-sent = L’essai à { $to } n’a pas été envoyé. { $what }
test-unknown = L’essai à { $to } est peut-être parti. { $what }
test-slow = Le serveur n’a pas répondu à temps : on ne sait pas si l’essai à { $to } est parti.
send-title = Envoi
send-now = { $n ->
    [one] Envoyer { $shown } message maintenant
   *[other] Envoyer { $shown } messages maintenant
}
send-later = Envoyer plus tard
send-date = Jour
send-time = Heure
send-zone = Dans le fuseau horaire { $zone }.
send-at = Envoyer à ce moment
send-not-yet = Rien ne peut partir tant que des lignes sont fautives. Corrigez-les, ou laissez-les de côté.
send-no-date = Choisissez un jour et une heure.
send-past = Ce moment est passé.
send-too-far = C’est à plus d’un an d’ici.
reason-scheduled = Il attend le moment qui lui a été donné.

before-title = Est-ce un nouvel envoi ?
before-received = { $n } des { $rows } destinataires de cette liste ont déjà reçu « { $name } », envoyé pour la dernière fois le { $date }.
before-changed = { $n ->
    [one] L’un d’eux l’a reçu avec un contenu différent.
   *[other] { $n } d’entre eux l’ont reçu avec un contenu différent.
}
before-told-by = Les destinataires sont reconnus par { $key }.
before-key-default = l’adresse et les pièces jointes
before-complete = Envoyer seulement le reste
before-complete-hint = Complète « { $name } » : ceux qui l’ont déjà reçu sont écartés.
before-new = Envoyer comme nouvel envoi
before-new-hint = { $n ->
    [one] Le destinataire le recevra, quoi qui ait été envoyé avant.
   *[other] Les { $n } destinataires le recevront, quoi qui ait été envoyé avant.
}
before-changed-title = Le contenu a changé
before-changed-rows = { $n ->
    [one] Un destinataire a déjà reçu cet envoi avec un contenu différent (autre période ou autre montant, par exemple).
   *[other] { $n } destinataires ont déjà reçu cet envoi avec un contenu différent (autre période ou autre montant, par exemple).
}
before-send-changed = Envoyer la nouvelle version
before-send-changed-hint = Ils recevront un second message.
before-skip-changed = Les écarter
before-skip-changed-hint = Ils gardent ce qu’ils ont reçu.
before-completes = Complète « { $name } »
before-change = Modifier
before-left-out = { $n ->
    [0] Personne sur cette liste ne l’a encore reçu.
    [one] Un destinataire l’a déjà reçu et est écarté.
   *[other] { $n } destinataires l’ont déjà reçu et sont écartés.
}
before-to-send = { $n ->
    [0] Rien ne sera envoyé.
    [one] Un message sera envoyé.
   *[other] { $n } seront envoyés.
}
before-list = Qui l’a déjà reçu
before-when = Envoyé
before-uncertain = (sans certitude)
before-other = (contenu différent)
send-undecided = Répondez d’abord à la question ci-dessus.
send-nobody = Rien à envoyer : tous les destinataires de cette liste ont déjà reçu cet envoi.
send-twice = Cette liste est en cours d’envoi par un autre envoi. Attendez la fin, ou choisissez « Envoyer comme nouvel envoi ».
undelivered-line = Ligne

correct-hint = Corrigez une adresse puis renvoyez, ou sélectionnez des lignes.
correct-changed = { $n ->
    [one] Un message a été renvoyé entre-temps par quelqu’un d’autre. Rien n’a été envoyé : vérifiez la liste à jour, puis renvoyez.
   *[other] { $n } messages ont été renvoyés entre-temps par quelqu’un d’autre. Rien n’a été envoyé : vérifiez la liste à jour, puis renvoyez.
}
correct-send = Renvoyer aux adresses corrigées
correct-address = Adresse, ligne { $line }
corrected-title = Liste corrigée
corrected-bring = Corriger plusieurs adresses à la fois
corrected-file = Liste corrigée
corrected-hint = La même liste avec les adresses corrigées. Vous voyez ce qui change avant tout envoi.
corrected-compare = Comparer
corrected-n = { $n ->
    [one] Une adresse a changé. Le message sera renvoyé.
   *[other] { $n } adresses ont changé. Ces messages seront renvoyés.
}
corrected-unchanged = { $n ->
    [one] Un message non remis garde son adresse et n’est pas renvoyé.
   *[other] { $n } messages non remis gardent leur adresse et ne sont pas renvoyés.
}
corrected-none = Aucune adresse n’a changé
corrected-none-help = Aucun des destinataires non servis n’a une autre adresse dans { $list }.
corrected-back = Retour aux messages non remis
corrected-before = Avant
corrected-after = Maintenant
corrected-send = Renvoyer
said-corrected = { $n ->
    [one] Une adresse a été corrigée ; le message est en cours de renvoi.
   *[other] { $n } adresses ont été corrigées ; ces messages sont en cours de renvoi.
}
said-not-corrected = { $n ->
    [one] Une adresse n’est toujours pas valide.
   *[other] { $n } adresses ne sont toujours pas valides.
}
job-reuse = Réutiliser cet envoi
