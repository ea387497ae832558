### Contrôles : ce qui doit donner des nouvelles à temps, et ce qui doit répondre.

checks-title = Contrôles
checks-lead = Tâches qui doivent donner des nouvelles à temps, adresses qui doivent répondre.
checks-new = Nouveau contrôle
checks-none = Aucun contrôle pour l’instant
checks-none-help = Un contrôle vous prévient quand une sauvegarde n’a pas eu lieu, ou quand un site ne répond plus.
check-name = Nom
check-last = Dernières nouvelles
check-never = Rien reçu pour l’instant
check-never-help = Le contrôle commence au premier appel de son adresse.
check-uptime = Disponibilité
check-days = 90 jours
check-state-new = Nouveau
check-state-up = En service
check-state-late = En retard
check-state-down = En échec
check-state-paused = En pause
check-kind-heartbeat = Signal régulier
check-kind-http = Adresse web
check-kind-tcp = Service réseau
check-kind-dns = Nom de domaine
check-about-heartbeat = Une tâche appelle Vigie quand elle a fini
check-about-http = Vigie ouvre une page
check-about-tcp = Vigie se connecte à un port
check-about-dns = Vigie cherche l’adresse d’un nom
check-why-missed = Pas de nouvelles à temps
check-why-failed = A signalé un échec
check-why-exited = S’est terminé par une erreur, code
check-why-too-long = Dure trop longtemps
check-why-too-little = S’est bien terminé, mais a fait moins que prévu
check-why-unreachable = Ne répond pas
check-why-refused = Vigie n’a pas le droit de joindre cette adresse
check-why-status = Code de réponse inattendu
check-why-text = Texte attendu introuvable
check-why-slow = Trop lent
check-why-certificate = Certificat non valide ou bientôt expiré
check-why-redirects = Trop de redirections
check-why-name = Mène à une autre adresse
check-expected = Prochain signal attendu
check-next-look = Prochaine vérification
check-refused-help = Elle appartient à votre réseau. Pour l’autoriser, ajoutez-la à alert-networks dans vigie.toml, puis redémarrez Vigie.
check-pings = Signaux reçus
check-when-heard = Reçu
check-what-heard = Signal
check-body = Contenu
check-see-body = Afficher
ping-success = Réussite
ping-start = Début
ping-log = Note
ping-fail = Échec
ping-exit = Erreur, code { $status }
checks-key = Clé commune des contrôles
checks-key-help = Avec cette clé, un programme envoie un signal à un contrôle par son nom (VIGIE_PING_KEY de vigie.py). Toute personne qui la connaît peut envoyer un signal pour tous les contrôles.
checks-key-show = Afficher la clé
check-address = Adresse à appeler
check-address-help = Appelez cette adresse quand la tâche a réussi. Toute personne qui la connaît peut envoyer un signal pour ce contrôle.
check-address-more = Ajoutez l’un de ces mots pour signaler le début, un échec ou le code de sortie de la tâche :
check-settings = Réglages
check-took = Dernière durée
check-grace = Retard toléré
check-run-max = Durée maximale
check-every = Vérifié toutes les
check-certificate-ends = Certificat valable jusqu’au
check-outages = Pannes et pauses
check-ongoing = en cours
check-pause = Mettre en pause
check-resume = Reprendre
check-edit = Modifier
check-edit-title = Modifier le contrôle
check-test = Vérifier maintenant
check-made-by = Créé par
check-remove = Supprimer le contrôle
check-remove-title = Supprimer ce contrôle ?
check-remove-text = Son adresse ne fonctionnera plus et son historique sera supprimé.
check-said-created = Le contrôle est créé.
check-said-removed = Le contrôle est supprimé.
check-create = Créer le contrôle
check-when = Fréquence des signaux
check-when-hint = toutes les 24 h, toutes les 15 min, ou cinq champs cron : 0 2 * * *
check-grace-min = Retard toléré (minutes)
check-run-max-min = Durée maximale (minutes)
check-floors = Résultats minimaux
check-floors-hint = Un par ligne : rows = 100. La tâche indique ses chiffres dans l’adresse (?rows=120) ou dans le texte qu’elle envoie (rows=120).
check-url = Adresse
check-contains = La réponse doit contenir
check-statuses = Code de réponse attendu
check-slower = En échec au-delà de (ms)
check-certificate-days = Validité minimale du certificat (jours)
check-redirects = Nombre maximal de redirections
check-host = Hôte
check-port = Port
check-record = Type d’enregistrement
check-expected-address = Adresse attendue
check-every-s = Intervalle entre deux vérifications (secondes)
check-timeout-s = Délai maximal de réponse (secondes)
check-failures = Échecs consécutifs avant de signaler la panne
check-next = Prochains signaux attendus à partir de maintenant
check-bad-name = saisissez un nom de 1 à 100 caractères, avec au moins une lettre ou un chiffre
check-bad-when = saisissez un intervalle ou une expression cron qui se répète
check-bad-zone = saisissez un fuseau horaire comme Europe/Paris
check-bad-failures-max = saisissez un nombre de 1 à 100
check-bad-every-s = saisissez un nombre de secondes, de 10 à 604 800 (7 jours)
check-bad-timeout-s = saisissez un nombre de secondes, de 1 à 60
check-bad-grace-s = saisissez une durée d’une seconde à 30 jours
check-bad-run-max-s = saisissez une durée d’une seconde à 30 jours
check-bad-floors = saisissez un chiffre par ligne : rows = 100
check-bad-url = saisissez une adresse qui commence par http:// ou https://
check-bad-statuses = saisissez un code ou un intervalle : 200-299
check-bad-contains = saisissez 500 caractères au plus
check-bad-slower-than-ms = saisissez un nombre de millisecondes
check-bad-certificate-days = saisissez un nombre de jours, 366 au plus
check-bad-redirects = saisissez un nombre de 0 à 10
check-bad-host = saisissez un nom d’hôte ou une adresse
check-bad-port = saisissez un port de 1 à 65535
check-bad-expected = saisissez une adresse IP
problem-no-check = il n’y a pas de contrôle { $name }
problem-check-taken = un autre contrôle s’appelle { $name }
problem-check-calls = ce contrôle ne fait que recevoir des signaux : il ne peut pas être lancé
check-no-data = Pas encore de données
check-crontab = Dans une crontab
check-script = Dans un script
check-sentry = Pour les clients Sentry
check-sentry-help = Remplacez PROJECT et KEY par le numéro et la clé publique d’un projet. Les clients Sentry qui signalent une tâche de ce nom donnent aussi des nouvelles ici.
check-family = Version d’IP
check-family-any = IPv4 ou IPv6
check-family-ipv4 = IPv4 uniquement
check-family-ipv6 = IPv6 uniquement
check-maintenance = Maintenance
check-maintenance-until = Maintenance jusqu’au { $time }
check-public = Afficher ce contrôle sur la page de statut publique
check-public-name = Nom public
check-public-hint = Les visiteurs voient ce nom à la place de celui du contrôle. Ils ne voient jamais d’adresse ni de message d’erreur.
check-public-as = Affiché sur la page de statut publique sous le nom « { $name } ».
check-not-public = Absent de la page de statut publique.
check-bad-public-name = saisissez un nom de 1 à 100 caractères

### La page publique des états.

public-page = Page de statut publique
public-lead = Les visiteurs voient sans se connecter quels services fonctionnent, leur disponibilité et les incidents passés. Choisissez les services sur la page de chaque contrôle.
public-open = Ouvrir la page
public-on = Publier la page de statut
public-secret = Adresse impossible à deviner
public-title-label = Titre
public-renew = Changer l’adresse
public-renew-hint = L’adresse actuelle ne fonctionnera plus.
public-is-on = La page de statut est publiée.
public-is-off = La page de statut n’est pas publiée.
public-title = État des services
public-as-of = Au { $time } · { $zone }
public-all-well = Tous les services fonctionnent
public-some-down = { $n ->
    [one] { $shown } service est en panne
   *[other] { $shown } services sont en panne
}
public-maintenance-now = Maintenance en cours
public-none = Aucun service affiché pour l’instant
public-none-help = Cochez « Afficher ce contrôle sur la page de statut publique » dans les réglages d’un contrôle.
public-services = Services
public-days = { $n ->
    [one] Dernier jour
   *[other] { $shown } derniers jours
}
public-up = Opérationnel
public-down = En panne
public-maintenance = Maintenance
public-unknown = Pas encore de données
public-paused = Non surveillé
public-uptime = Disponibilité : { $share }
public-down-since = En panne depuis le { $time }
public-past = Incidents passés
public-past-none = Aucun incident ces 90 derniers jours
public-works = Maintenances prévues
public-all-services = Tous les services

### Les maintenances prévues, pendant lesquelles aucune alerte n’est envoyée.

maintenances-title = Maintenances prévues
maintenances-lead = Pendant une maintenance, aucune alerte n’est envoyée et la disponibilité n’est pas affectée. Les alertes encore actives à la fin sont alors envoyées.
maintenances-new = Prévoir une maintenance
maintenances-none = Aucune maintenance prévue
maintenances-none-help = Prévoyez une maintenance avant une mise à jour ou un déménagement, une fois ou chaque semaine.
maintenance-when = Quand
maintenance-about = Concerne
maintenance-everything = Tout
maintenance-now = En cours
maintenance-planned = Prévue
maintenance-over = Terminée
maintenance-window = { $from } – { $until }
maintenance-weekly-said = { $days } à { $at }, { $duration } ({ $zone })
maintenance-every-day = tous les jours
maintenance-end = Terminer maintenant
maintenance-cancel = Supprimer
maintenance-once = Une seule fois
maintenance-weekly = Chaque semaine
maintenance-days = Jours
maintenance-at = Début
maintenance-minutes = Durée (minutes)
maintenance-from = Du
maintenance-until = Au
maintenance-zone = Fuseau horaire : { $zone }
maintenance-scope-hint = Sans sélection, la maintenance concerne tous les contrôles et toutes les alertes.
maintenance-create = Prévoir
maintenance-banner = Maintenance « { $name } » jusqu’au { $time } : aucune alerte n’est envoyée et la disponibilité n’est pas affectée.
maintenance-said-created = La maintenance est planifiée.
maintenance-said-ended = La maintenance est terminée.
maintenance-bad-name = saisissez un nom de 1 à 100 caractères
maintenance-bad-from = saisissez une date et une heure
maintenance-bad-until = saisissez une heure postérieure au début et à maintenant, 31 jours après au plus
maintenance-bad-days = cochez au moins un jour
maintenance-bad-at = saisissez une heure comme 02:00
maintenance-bad-minutes = saisissez un nombre de 1 à 1440
maintenance-bad-scope = cochez 200 éléments au plus
problem-no-maintenance = il n’y a pas de maintenance prévue { $name }
problem-maintenances-max = il y a déjà 200 maintenances prévues : terminez-en une d’abord

today-checks-well = { $n ->
    [one] { $shown } contrôle, tout va bien
   *[other] { $shown } contrôles, tout va bien
}
today-checks-silent = { $n ->
    [one] { $shown } contrôle sans données pour l’instant
   *[other] { $shown } contrôles sans données pour l’instant
}
today-checks-further = { $n ->
    [one] et { $shown } autre
   *[other] et { $shown } autres
}
