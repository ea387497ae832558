### Alertes : ce qui ne va pas, les règles, les canaux.

alerts-title = Alertes
alerts-lead = Ce qui ne va pas en ce moment, et les alertes passées. Les règles déclenchent les alertes, les canaux les envoient.
alerts-now = Alertes
alerts-rules = Règles
alerts-channels = Canaux
alerts-firing = En cours
alerts-none = Tout va bien
alerts-history = Historique
alerts-history-none = Aucune alerte terminée
alerts-no-channel = Les alertes s’affichent ici et sur la page Aujourd’hui. Ajoutez un canal pour les recevoir par e-mail, Slack ou un autre service.
alert-what = Alerte
alert-severity = Gravité
alert-since = Depuis
alert-until = Jusqu’à
alert-lasted = Durée
alert-facts = Détails
alert-rule = Règle
alert-rule-deleted = Règle supprimée
alert-open = Ouvrir la page concernée
alert-acknowledge = Prendre en charge
alert-acknowledged = Prise en charge
alert-acknowledged-by = { $name }, { $ago }
alert-times = { $n ->
    [one] { $shown } fois
   *[other] { $shown } fois
}
alert-pending = En attente
alert-firing = En cours
alert-resolved = Résolue
alert-expired = Terminée
alert-messages = Messages
alert-messages-none = Aucun message envoyé : aucun canal ne reçoit cette alerte, ou elle est en sourdine
alert-channel = Canal
alert-said = Message
alert-when = Heure
alert-said-acknowledged = Alerte prise en charge. Aucun autre message n’est envoyé, sauf si elle se reproduit.
alert-said-silenced = Alerte en sourdine. Les messages reprennent à la fin de la sourdine.
said-firing = Alerte
said-more = Nouvelles occurrences
said-escalated = Escalade
said-resolved = Résolution
message-sent = Envoyé
message-waiting = En attente
message-retried = Nouvelle tentative prévue
message-given-up = Non remis
severity-info = Information
severity-warning = Avertissement
severity-critical = Critique

silences-title = Sourdines
silence-title = Mettre cette alerte en sourdine
silence-lead = Aucun message n’est envoyé pendant ce temps. L’alerte reste affichée ici.
silence-for = Durée
silence-reason = Motif
silence-do = Mettre en sourdine
silence-end = Arrêter la sourdine
silence-until = jusqu’au { $time }, par { $name }
silence-everything = Toutes les alertes
silence-hour = 1 heure
silence-four-hours = 4 heures
silence-day = 1 jour
silence-week = 1 semaine

channels-lead = Les destinations des alertes.
channels-none = Aucun canal
channels-none-help = Ajoutez-en un pour recevoir les alertes par e-mail, Slack ou un autre service.
channels-add = Ajouter un canal
channel-email = E-mail
channel-slack = Slack
channel-discord = Discord
channel-teams = Microsoft Teams
channel-telegram = Telegram
channel-ntfy = ntfy
channel-webhook = Webhook
channel-new = Nouveau canal : { $type }
channel-name = Nom
channel-type = Type
channel-deleted = Canal supprimé
channel-named-only = Seulement pour les règles qui le choisissent
channel-failing = En échec, { $ago }
channel-works = Dernier message { $ago }
channel-unused = Aucun message pour l’instant
channel-test = Envoyer un test
channel-delete = Supprimer
channel-delete-title = Supprimer le canal { $name } ?
channel-delete-help = Les messages en attente pour ce canal ne sont pas envoyés.
channel-create = Ajouter le canal
channel-account = Compte d’envoi
channel-account-none = Il n’y a pas encore de compte d’envoi.
channel-from = Adresse d’expéditeur
channel-to = Destinataires
channel-to-hint = Une adresse par ligne.
channel-url = URL du webhook
channel-url-slack = Dans Slack : Applications, Webhooks entrants, Ajouter à Slack.
channel-url-discord = Dans Discord : paramètres du salon, Intégrations, Webhooks.
channel-url-teams = Dans Teams : Workflows, « Publier dans un canal lorsqu’une demande de webhook est reçue ».
channel-url-webhook = Reçoit une requête JSON signée pour chaque message (Standard Webhooks).
channel-server = Serveur
channel-server-telegram = Laissez vide pour api.telegram.org.
channel-server-ntfy = Laissez vide pour ntfy.sh.
channel-token = Jeton
channel-token-telegram = Le jeton du bot, donné par BotFather.
channel-token-ntfy = Seulement pour les sujets protégés.
channel-key = Clé de signature
channel-key-hint = Commence par whsec_. Laissez vide pour en créer une.
channel-kept = Enregistré : laissez vide pour le garder
channel-chat = Identifiant du chat
channel-chat-hint = Un nombre, ou @nom pour un canal public.
channel-topic = Sujet
channel-topic-hint = Lettres, chiffres, - et _. Toute personne qui connaît le sujet peut le lire.
channel-language = Langue
channel-fallback = Canal de secours
channel-no-fallback = Aucun
channel-takes-all = Reçoit toutes les alertes dont la règle ne choisit pas de canal
channel-said-created = Le canal { $name } est ajouté.
channel-said-saved = Le canal { $name } est enregistré.
channel-said-deleted = Le canal { $name } est supprimé.
channel-said-told = Un test a été envoyé à { $name }.
channel-said-not-told = Le test n’a pas pu être remis à { $name } : { $why }
channel-bad-name = Saisissez un nom de 100 caractères au plus
channel-name-taken = Ce nom est déjà pris, ou il y a trop de canaux
channel-bad-account = Sélectionnez un compte d’envoi
channel-bad-from = Saisissez une adresse e-mail
channel-bad-to = Saisissez jusqu’à 50 adresses e-mail, une par ligne
channel-bad-url = Saisissez une URL qui commence par https://
channel-bad-topic = Saisissez jusqu’à 64 lettres, chiffres, - et _
channel-bad-chat = Saisissez l’identifiant d’un chat
channel-bad-token = Saisissez un jeton valide

rules-lead = Ce qui déclenche une alerte. Les règles de départ sont fournies avec Vigie ; vous pouvez les modifier, les désactiver ou en ajouter.
rules-add = Ajouter une règle
rule-name = Règle
rule-own-name = Nom
rule-all-channels = Tous les canaux
rule-on = Activée
rule-off = Désactivée
rule-turn-on = Activer
rule-turn-off = Désactiver
rule-delete = Supprimer la règle
rule-query = Recherche
rule-query-sure = Pour garder la recherche telle quelle, enregistrez à nouveau.
rule-query-hint = Syntaxe de recherche
rule-within = Période (minutes)
rule-at-least = Nombre minimal d’éléments
rule-for = Durée minimale (minutes)
rule-throttle = Minutes entre deux messages
rule-channels = Canaux
rule-channels-hint = Sans choix, tous les canaux qui reçoivent toutes les alertes sont utilisés.
rule-nobody = Aucune escalade
rule-escalate-after = Escalader après (minutes)
rule-escalate-to = Escalader vers
alert-create = Créer une alerte
rule-said-created = La règle est créée.
rule-preview = Aperçu
rule-bad-name = Saisissez un nom de 100 caractères au plus
rule-bad-time = Saisissez un nombre de minutes, un jour au plus
rule-bad-query = Saisissez une recherche
rule-too-many = Il y a trop de règles : supprimez-en une d’abord
preview-fired = { $n ->
    [0] Ne se serait pas déclenchée ces 7 derniers jours.
    [one] Se serait déclenchée une fois ces 7 derniers jours.
   *[other] Se serait déclenchée { $shown } fois ces 7 derniers jours.
}
preview-messages = { $n ->
    [0] Aucun message.
    [one] { $shown } message à chaque canal.
   *[other] { $shown } messages à chaque canal.
}
problem-no-alert = il n’y a pas d’alerte { $id }
problem-no-channel = il n’y a pas de canal { $name }
problem-no-rule = il n’y a pas de règle { $name }
today-alerts = { $n ->
    [one] { $shown } alerte à prendre en charge : { $names }
   *[other] { $shown } alertes à prendre en charge : { $names }
}
today-alerts-open = Voir les alertes
