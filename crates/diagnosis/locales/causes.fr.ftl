name-worker-timeout = délai du serveur applicatif
cause-worker-timeout = Le serveur applicatif a arrêté le processus qui envoyait : la requête a dépassé la durée autorisée.
remedy-worker-timeout = Envoyez en arrière-plan (tâche Vigie ou Celery) plutôt que pendant une requête. En attendant, augmentez le délai de gunicorn ou d’uWSGI, ainsi que celui du proxy placé devant.
check-worker-timeout = grep -rnE 'timeout|GUNICORN_CMD_ARGS|harakiri' /etc/systemd/system

name-gateway-timeout = délai du proxy
cause-gateway-timeout = Le serveur web a cessé d’attendre l’application. Celle-ci a pu continuer d’envoyer.
remedy-gateway-timeout = Envoyez en arrière-plan plutôt que pendant une requête. En attendant, augmentez le délai de lecture du proxy.
check-gateway-timeout = nginx -T | grep -n read_timeout

name-client-gone = navigateur déconnecté
cause-client-gone = Le navigateur, ou un proxy en amont, a fermé la connexion avant la réponse. L’application a pu continuer d’envoyer.
remedy-client-gone = Vérifiez ce qui part encore avant de reprendre. Envoyez en arrière-plan, pour que fermer la page n’arrête rien.
check-client-gone = ps -eo pid,etime,cmd | grep -E 'gunicorn|uwsgi'

name-body-too-large = requête trop volumineuse
cause-body-too-large = Le serveur web a refusé la requête : elle dépassait la taille autorisée.
remedy-body-too-large = Réduisez les pièces jointes ou augmentez client_max_body_size.
check-body-too-large = nginx -T | grep -n client_max_body_size

name-requests-limited = trop de requêtes
cause-requests-limited = Aucun processus ni fil n’était libre, ou le serveur a refusé la requête : il en arrivait plus qu’il n’en accepte.
remedy-requests-limited = Attendez ou relevez la limite que nomme la ligne ci-dessus.
check-requests-limited = nginx -T | grep -nE 'limit_req|limit_conn'

name-smtp-rate = limite de débit d’envoi
cause-smtp-rate = Le serveur de messagerie a limité le débit d’envoi.
remedy-smtp-rate = Attendez, puis envoyez plus lentement : lots plus petits, pauses plus longues.
check-smtp-rate = vigie accounts limits --help

name-smtp-quota = quota d’envoi
cause-smtp-quota = Le quota d’envoi du compte est épuisé.
remedy-smtp-quota = Attendez le renouvellement du quota, en général 24 heures, ou utilisez un autre compte d’envoi.
check-smtp-quota = vigie accounts limits --help

name-smtp-busy = serveur de messagerie momentanément indisponible
cause-smtp-busy = Le serveur de messagerie a répondu par une erreur temporaire.
remedy-smtp-busy = Attendez, puis relancez. Le programme devrait réessayer automatiquement au lieu de s’arrêter.
check-smtp-busy = grep -E '42[0-9]|45[0-9]' /var/log/mail.log | tail

name-smtp-auth = identifiants de messagerie refusés
cause-smtp-auth = Le serveur de messagerie a refusé l’identifiant ou le mot de passe.
remedy-smtp-auth = Vérifiez le mot de passe du compte d’envoi, puis testez-le avant de reprendre.
check-smtp-auth = vigie accounts

name-smtp-certificate = certificat invalide
cause-smtp-certificate = Le certificat du serveur n’a pas été accepté.
remedy-smtp-certificate = Renouvelez le certificat ou demandez-le à l’exploitant du serveur. Vérifiez l’horloge de cette machine.
check-smtp-certificate = openssl s_client -connect SERVER:465 </dev/null | openssl x509 -noout -dates

name-smtp-refused = connexion refusée par le serveur de messagerie
cause-smtp-refused = Le serveur de messagerie a refusé la connexion ou le message.
remedy-smtp-refused = Vérifiez le nom et le port du serveur, et qu’il fonctionne.
check-smtp-refused = nc -vz SERVER 587

name-smtp-timeout = serveur de messagerie sans réponse
cause-smtp-timeout = Le serveur de messagerie n’a pas répondu à temps.
remedy-smtp-timeout = Vérifiez le réseau et le serveur. Définissez un délai SMTP dans le programme.
check-smtp-timeout = nc -vz -w 5 SERVER 587

name-smtp-disconnected = connexion au serveur de messagerie perdue
cause-smtp-disconnected = Le serveur de messagerie a fermé la connexion pendant un envoi.
remedy-smtp-disconnected = Vérifiez ce qu’est devenu le dernier message, puis relancez. Rouvrez la connexion régulièrement.
check-smtp-disconnected = grep -E 'lost connection|timed out' /var/log/mail.log | tail

name-recipient-refused = adresse refusée
cause-recipient-refused = L’adresse d’un destinataire a été refusée et le programme n’est pas passé au suivant.
remedy-recipient-refused = Corrigez ou retirez l’adresse. Une adresse refusée ne devrait pas arrêter les autres.
check-recipient-refused = grep -E '55[0-9]' /var/log/mail.log | tail

name-dns = résolution de noms en échec
cause-dns = Les noms de serveurs n’ont pas pu être résolus.
remedy-dns = Vérifiez /etc/resolv.conf et les serveurs de noms.
check-dns = resolvectl status

name-network = réseau coupé
cause-network = Le réseau était injoignable.
remedy-network = Vérifiez le lien et la route.
check-network = ip -br link; ip route

name-out-of-memory = mémoire insuffisante
cause-out-of-memory = Le noyau a mis fin à un processus de l’application, faute de mémoire.
remedy-out-of-memory = Réduisez le nombre de processus ou la mémoire par requête, ou relevez la limite de l’unité.
check-out-of-memory = journalctl -k | grep -iE 'oom|killed process'

name-memory-limit = limite mémoire du processus
cause-memory-limit = Le programme n’a pas obtenu la mémoire demandée.
remedy-memory-limit = Relevez la limite du processus ou consommez moins de mémoire.
check-memory-limit = systemctl show UNIT -p LimitAS -p MemoryMax

name-exception = erreur non gérée
cause-exception = Le programme s’est terminé sur une erreur qu’il ne gère pas.
remedy-exception = Corrigez l’erreur ci-dessus. Gérez les erreurs destinataire par destinataire, pour qu’une seule n’arrête pas les autres.
check-exception = journalctl -u UNIT | grep -A20 Traceback

name-misconfigured = réglage ou module manquant
cause-misconfigured = Le programme n’a pas pu démarrer : un réglage, un fichier ou un module dont il a besoin manque ou est faux.
remedy-misconfigured = Corrigez ce que nomme la ligne ci-dessus, ou revenez à la version précédente, puis relancez le programme.
check-misconfigured = systemctl show UNIT -p Environment -p EnvironmentFiles

name-db-connections = plus de connexions à la base
cause-db-connections = La base de données n’avait plus de connexions libres.
remedy-db-connections = Utilisez moins de connexions (CONN_MAX_AGE, un pooler) ou augmentez max_connections.
check-db-connections = psql -c 'select count(*) from pg_stat_activity'

name-db-locks = verrous de la base
cause-db-locks = La base de données a fait attendre le programme pour un verrou non libéré.
remedy-db-locks = Cherchez ce qui détenait le verrou. Gardez des transactions courtes.
check-db-locks = psql -c 'select pid, wait_event, query from pg_stat_activity where wait_event_type = $$Lock$$'

name-db-statement-timeout = requête SQL trop longue
cause-db-statement-timeout = La base de données a annulé une requête trop longue.
remedy-db-statement-timeout = Accélérez la requête (un index) ou augmentez statement_timeout.
check-db-statement-timeout = psql -c 'show statement_timeout'

name-db-terminated = connexion à la base interrompue
cause-db-terminated = La connexion à la base de données a été interrompue par un administrateur.
remedy-db-terminated = Cherchez qui l’a interrompue, puis reprenez.
check-db-terminated = grep 57P01 /var/log/postgresql/*.log

name-db-restart = redémarrage de la base
cause-db-restart = La base de données a été arrêtée ou redémarrée.
remedy-db-restart = Attendez son retour, puis reprenez.
check-db-restart = systemctl status postgresql

name-db-crash = plantage de la base
cause-db-crash = La base de données a planté et a dû se rétablir.
remedy-db-crash = Cherchez pourquoi : mémoire, disque. Reprenez une fois la base rétablie.
check-db-crash = grep -E 'signal|PANIC|recovery' /var/log/postgresql/*.log

name-db-unreachable = base injoignable
cause-db-unreachable = Le programme n’a pas pu joindre la base de données.
remedy-db-unreachable = Vérifiez que la base fonctionne et qu’elle est joignable.
check-db-unreachable = pg_isready

name-disk-full = disque plein
cause-disk-full = Le disque était plein : plus d’espace ou plus d’inodes.
remedy-disk-full = Libérez d’abord de l’espace, puis reprenez.
check-disk-full = df -h; df -i

name-disk-quota = quota disque
cause-disk-quota = Le quota disque de l’utilisateur était dépassé.
remedy-disk-quota = Libérez de l’espace ou relevez le quota.
check-disk-quota = quota -s

name-read-only = système de fichiers en lecture seule
cause-read-only = Le système de fichiers était passé en lecture seule, en général après une erreur de disque.
remedy-read-only = Vérifiez le disque avant toute chose. Sauvegardez les données.
check-read-only = dmesg | grep -iE 'ext4|xfs|i/o error'

name-restart = redémarrage du service
cause-restart = Le service a été arrêté ou redémarré pendant l’envoi.
remedy-restart = Déployez quand rien ne part. Un envoi en arrière-plan survit à un redémarrage.
check-restart = journalctl -t systemd --since today | grep -E 'Stopp|Start'

name-reload = rechargement du service
cause-reload = Le serveur applicatif a reçu l’ordre de se recharger, ce qui a mis fin au processus qui envoyait.
remedy-reload = Rechargez quand rien ne part, ou laissez plus de temps aux processus pour finir.
check-reload = journalctl | grep -i 'signal: hup'

name-stop-timeout = arrêt du service trop long
cause-stop-timeout = Le service devait s’arrêter, ne l’a pas fait à temps et a été tué.
remedy-stop-timeout = Déployez quand rien ne part, ou augmentez TimeoutStopSec.
check-stop-timeout = systemctl show UNIT -p TimeoutStopUSec

name-killed = processus tué
cause-killed = Le processus a été tué par un autre programme ou une personne : le journal du noyau ne mentionne pas la mémoire.
remedy-killed = Cherchez qui a envoyé le signal : un déploiement, un script, une personne.
check-killed = grep -E 'kill|sudo' /var/log/auth.log

name-crashed = plantage du service
cause-crashed = Le service s’est terminé en erreur.
remedy-crashed = Consultez ses dernières lignes.
check-crashed = journalctl -u UNIT -n 50

name-reboot = redémarrage de la machine
cause-reboot = La machine a été arrêtée ou redémarrée.
remedy-reboot = Reprenez l’envoi. Un envoi en arrière-plan continue après un redémarrage.
check-reboot = last -x | head

name-power-loss = redémarrage brutal
cause-power-loss = La machine a redémarré sans avoir été arrêtée : coupure, plantage ou réinitialisation.
remedy-power-loss = Vérifiez le disque et la base, puis ce que sont devenus les derniers messages.
check-power-loss = journalctl --list-boots

name-file-descriptors = trop de fichiers ouverts
cause-file-descriptors = Le programme avait ouvert autant de fichiers et de connexions que permis.
remedy-file-descriptors = Augmentez LimitNOFILE et cherchez ce qui n’est pas refermé.
check-file-descriptors = systemctl show UNIT -p LimitNOFILE

name-ports = plus de ports locaux
cause-ports = Il ne restait plus de ports locaux pour de nouvelles connexions.
remedy-ports = Gardez les connexions ouvertes au lieu d’une par message, ou élargissez ip_local_port_range.
check-ports = ss -s; sysctl net.ipv4.ip_local_port_range

name-clock = saut d’horloge
cause-clock = L’horloge de la machine a sauté. Des délais se sont alors terminés trop tôt.
remedy-clock = Réglez l’horloge et synchronisez-la avec NTP. Les anciennes versions de gunicorn prennent un saut pour un dépassement de délai.
check-clock = timedatectl

name-task-time-limit = durée limite de la tâche
cause-task-time-limit = Celery a arrêté la tâche : elle dépassait sa durée limite stricte.
remedy-task-time-limit = Découpez l’envoi en tâches plus petites ou augmentez task_time_limit.
check-task-time-limit = grep -rn time_limit /srv /opt /etc 2>/dev/null

name-task-soft-time-limit = durée limite souple de la tâche
cause-task-soft-time-limit = Celery a interrompu la tâche : elle dépassait sa durée limite souple.
remedy-task-soft-time-limit = Découpez l’envoi en tâches plus petites ou augmentez task_soft_time_limit.
check-task-soft-time-limit = grep -rn soft_time_limit /srv /opt /etc 2>/dev/null

name-broker-lost = broker injoignable
cause-broker-lost = La connexion au broker (Redis, RabbitMQ) a été perdue.
remedy-broker-lost = Redémarrez le broker. Celery peut relancer la tâche automatiquement : vérifiez avant de reprendre.
check-broker-lost = redis-cli ping

name-job-stopped-by-person = arrêtée par quelqu’un
cause-job-stopped-by-person = Quelqu’un a mis la tâche en pause ou l’a annulée.
remedy-job-stopped-by-person = Demandez-lui pourquoi, puis reprenez.
check-job-stopped-by-person = vigie jobs show last

name-job-daily-limit = limite quotidienne
cause-job-daily-limit = La limite quotidienne fixée pour le compte d’envoi est atteinte. La tâche reprend automatiquement quand la limite est renouvelée.
remedy-job-daily-limit = Attendez, ou augmentez la limite si le fournisseur le permet.
check-job-daily-limit = vigie accounts

name-job-worker-lost = arrêt de Vigie
cause-job-worker-lost = Le processus de Vigie qui exécutait la tâche s’est terminé avant d’avoir enregistré les dernières réponses.
remedy-job-worker-lost = Cherchez ce qui y a mis fin : le journal du système en dit plus. Vérifiez les éléments non confirmés, puis reprenez.
check-job-worker-lost = journalctl -u vigie -n 50

name-job-defect = erreur interne
cause-job-defect = L’exécution s’est terminée par une erreur interne de Vigie, et la tâche attend quelqu’un.
remedy-job-defect = Reprenez la tâche. Si elle s’arrête de nouveau, signalez l’erreur avec les lignes du journal de Vigie.
check-job-defect = vigie logs search 'source:vigie level:error'

name-job-account = compte d’envoi inutilisable
cause-job-account = Le compte d’envoi de la tâche est introuvable, ou son mot de passe ou sa clé sont illisibles.
remedy-job-account = Corrigez le compte, testez-le, puis reprenez.
check-job-account = vigie doctor

name-job-unprepared = préparation interrompue
cause-job-unprepared = La tâche s’est terminée pendant sa préparation : rien n’a été envoyé.
remedy-job-unprepared = Lancez-la de nouveau.
check-job-unprepared = vigie jobs list

name-job-settings = réglages refusés
cause-job-settings = La tâche n’a pas pu commencer : ses réglages ou ses droits ne le permettent pas.
remedy-job-settings = Corrigez ce qu’indique la ligne ci-dessus, puis lancez-la de nouveau.
check-job-settings = vigie jobs show last

name-job-reported = échec signalé par le programme
cause-job-reported = Le programme qui fait le travail a lui-même signalé cet échec.
remedy-job-reported = Consultez le journal de ce programme à cette heure.
check-job-reported = vigie jobs log last

name-target-failed = réponse inattendue du service appelé
cause-target-failed = Le service appelé a refusé, ou n’a pas répondu.
remedy-target-failed = Vérifiez ce service et son adresse, puis réessayez ce qui a échoué.
check-target-failed = curl -sI https://ADRESSE-DU-SERVICE

name-command-failed = commande en échec
cause-command-failed = Une commande exécutée par la tâche s’est terminée par une erreur.
remedy-command-failed = Lisez ce qu’elle a écrit, corrigez, puis réessayez.
check-command-failed = vigie jobs log last

name-job-time-limit = durée limite de la tâche
cause-job-time-limit = La commande ne s’est pas terminée dans le temps accordé, et a été arrêtée.
remedy-job-time-limit = Accordez-lui plus de temps, ou donnez-lui moins à faire.
check-job-time-limit = vigie jobs show last
