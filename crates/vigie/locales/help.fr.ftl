### L’aide de la ligne de commande. Un message par commande, un attribut par argument ; ce qui manque est cherché dans « help-common ».

heading-Everywhere = Options communes
heading-To-whom = Destinataires
heading-What = Message
heading-By-which-way = Serveur
heading-How-fast = Rythme
heading-Before-it-leaves = Avant l’envoi
heading-Keeping-account = Suivi

value-DIR = DOSSIER
value-PATTERN = MOTIF
value-PERCENT = POURCENTAGE
value-MESSAGE = MESSAGE
value-MIN = MIN
value-MAX = MAX
value-QUEUE = FILE
value-SOFT = SOUPLE
value-HARD = STRICTE
value-TITLE = TITRE
value-MOMENT = MOMENT
value-DAYS = JOURS
value-HH-MM = HH:MM
value-WORKER = PROCESSUS
value-BROKER = BROKER
value-LIMIT = LIMITE
value-TASK = TÂCHE
value-FIELDS = CHAMPS
value-NAME-N = NOM=N
value-HOST-PORT = HÔTE:PORT
value-HOST = HÔTE
value-CHECK = CONTRÔLE
value-FOLDER = DOSSIER
value-PROGRAM = PROGRAMME
value-APP = APPLICATION
value-PART = PARTIE
value-GLOB = MOTIF
value-SOURCE-ZONE = SOURCE=FUSEAU
value-SCHEDULE = PLANIFICATION
value-ZONE = FUSEAU
value-DAY = JOUR
value-POLICY = RÈGLE
value-ACCOUNT = COMPTE
value-METHOD = MÉTHODE
value-COMMAND = COMMANDE
value-TYPE = TYPE
value-ID = ID
value-LANG = LANGUE
value-ALERT = ALERTE
value-REASON = MOTIF
value-TOPIC = SUJET
value-PLATFORM = PLATEFORME
value-SLUG = IDENTIFIANT
value-VERSION = VERSION
value-STATES = ÉTATS
value-ENVIRONMENT = ENVIRONNEMENT
value-RELEASE = VERSION
value-ISSUE = PROBLÈME
value-URL = URL
value-SIDE = CÔTÉ
value-UID = IDENTIFIANT
value-FILE = FICHIER
value-LANGUAGE = LANGUE
value-URL-DIR = URL|DOSSIER
value-ADDR-PORT = ADRESSE:PORT
value-N = N
value-JOB = TÂCHE
value-ROWS = LIGNES
value-STATE = ÉTAT
value-KIND = TYPE
value-TEXT = TEXTE
value-WHEN = DATE
value-NAME = NOM
value-YYYY-MM-DD = AAAA-MM-JJ
value-RATE = DÉBIT
value-TIME = DURÉE
value-SCOPE = DROITS
value-ROLE = RÔLE
value-SHELL = SHELL
value-MAILING-toml = ENVOI.toml
value-CONDITION = CONDITION
value-TEMPLATE = MODÈLE
value-ADDRESS = ADRESSE
value-DOMAIN = DOMAINE
value-WHAT = CHOIX
value-QUESTION = QUESTION
value-COLUMN = COLONNE
value-QUERY = RECHERCHE
value-LINES = LIGNES
value-LENGTH = DURÉE
value-FORMAT = FORMAT
value-NAME-VALUE = NOM=VALEUR

help-common =
    .help = Afficher l’aide
    .version = Afficher la version
    .job = Un identifiant ou son début, le nom d’un envoi, ou « last » pour la tâche la plus récente
    .query = Une partie du texte recherché
    .since = À partir de : today, yesterday, 2025-01-31, 2025-01-31T14:00, 3h, 7d
    .until = Avant cette date
    .limit = Nombre maximal de lignes affichées
    .listen = L’adresse où répondre en HTTP [par défaut : 127.0.0.1:8787]
    .label = Un champ à ajouter à chaque ligne, comme app=boutique ; option répétable
    .strict = Refuser une recherche dont une partie n’est pas comprise
    .csv = Afficher du CSV

help = Effectue vos envois et vos tâches, et garde la trace de tout ce qui s’est passé.
    .data = Le dossier où tout est conservé [par défaut : ./vigie-data]
    .database = Conserver l’état dans PostgreSQL : postgres://utilisateur@hôte/nom
    .config = Les réglages [par défaut : ./vigie.toml, s’il existe]
    .json = Afficher du JSON, pour les programmes
    .lang = La langue d’affichage [par défaut : celle du système]
    .after-help =
        Exemples :
          vigie demo                                  tout essayer, avec 500 clients inventés
          vigie send envoi.toml --check               ce qui ne va pas, et combien de temps prendrait l’envoi
          vigie send envoi.toml                       envoyer, en suivant l’avancement
          vigie jobs watch                            suivre la tâche en cours
          vigie traces --errors --since today         les erreurs du jour
          vigie logs search 'level>=error since:1h'   les erreurs dans les journaux
          vigie serve                                 exécuter les tâches et répondre sur http://127.0.0.1:8787

        Les réglages viennent de vigie.toml, puis des variables VIGIE_*, puis de ces options ; « vigie config check » montre le résultat.
        Codes de sortie : 0 terminé, 1 échec, 2 refusé avant de commencer, 3 une partie n’est pas partie, 4 en pause, 5 réponse incomplète.

help-send = Effectuer un envoi : un message par ligne d’un fichier
    .file = L’envoi sous forme de fichier, avec les mêmes réglages et les mêmes noms ; ou la liste des destinataires seule
    .recipients = Une ligne par message : .xlsx, .ods, CSV ou lignes JSON
    .sheet = La feuille du classeur ; sans cette option, la première qui n’est pas masquée
    .conditions = Uniquement les lignes qui remplissent la condition : colonne=valeur, colonne!=valeur, colonne~texte, colonne, !colonne ; toutes doivent être remplies
    .to = Par exemple "{"{{"} email {"}}"}" ; une cellule peut contenir plusieurs adresses
    .cc = Les destinataires en copie
    .bcc = Les destinataires en copie cachée ; seule, à côté de --group, l’option n’ajoute rien à --group
    .group = Un message pour N lignes, dont les adresses restent cachées les unes aux autres
    .from = Par exemple "Compta <compta@exemple.fr>"
    .reply-to = L’adresse à laquelle on répond
    .subject = L’objet du message
    .text = Le corps en texte brut : un fichier, ou le texte lui-même s’il contient {"{{"} ou un saut de ligne
    .html = Le corps en HTML : un fichier, ou le texte lui-même
    .attach = Un fichier à joindre, par exemple "pdf/{"{{"} fichier {"}}"}" ; option répétable
    .list-unsubscribe = Par exemple "<https://exemple.fr/stop?c={"{{"} code {"}}"}>"
    .smtp = smtp://utilisateur@hôte:587 (STARTTLS), smtps://utilisateur@hôte:465 ou gmail://utilisateur@domaine
    .smtp-password-file = Un fichier qui contient le mot de passe (ou la clé de Gmail), et que vous seul pouvez lire
    .dkim-domain = Le domaine de la signature DKIM
    .dkim-selector = Le sélecteur de la signature DKIM
    .dkim-key = La clé privée au format PEM, RSA ou Ed25519
    .batch = Nombre de messages à la suite, avant --pause
    .pause = Entre deux séries : 3s, 1m30s
    .rate = 60/min, 10/s, 500/h ; option répétable
    .daily = Nombre maximal de messages par 24 heures
    .check = Tout vérifier et montrer le premier message, sans rien envoyer
    .preview = Montrer le message du N-ième destinataire, sans rien envoyer
    .test-to = Vous envoyer le premier message, marqué comme un test ; rien n’est enregistré
    .on-invalid = En cas de ligne incorrecte : ne rien envoyer (stop), ou envoyer les autres (skip)
    .on-no-file = En cas de ligne sans fichier à joindre : la refuser (refuse), ou l’envoyer sans fichier (send)
    .name = Le nom d’un nouvel envoi ; sans cette option, un nom encore libre, tiré de la liste et du mois
    .complete = N’envoyer que ce que cet envoi précédent n’a pas encore envoyé
    .changed = Avec --complete, pour les lignes déjà envoyées avec un autre contenu : les envoyer telles qu’elles sont maintenant (send), ou les ignorer (skip)
    .key = La colonne qui distingue une ligne des autres dans les envois du même nom ; option répétable
    .ledger = Ce qui a été envoyé avant Vigie : un CSV avec les colonnes de --key
    .on-unknown = Quand une panne a fait perdre un résultat : attendre une décision (hold), recommencer (repeat), vérifier dans les brouillons de Gmail (verify)
    .application = L’application, pour les traces
    .flow = Le flux, pour les traces
    .created-by = Qui envoie, pour les traces [par défaut : le nom de l’utilisateur]
    .detach = Afficher l’identifiant de la tâche et rendre la main aussitôt
    .after-help =
        Exemples :
          vigie send --recipients clients.csv --from "Compta <compta@exemple.fr>" --to "{"{{"} email {"}}"}" \
               --subject "Facture {"{{"} periode {"}}"}" --text facture.txt --attach "pdf/{"{{"} fichier {"}}"}" \
               --smtp smtp://compta@mail.exemple.fr:587 --batch 10 --pause 3s --rate 60/min
          vigie send envoi.toml                      la même chose, depuis un fichier ; les options l’emportent
          vigie send envoi.toml --check              tout ce qui ne va pas, un aperçu et la durée de l’envoi
          vigie send envoi.toml --test-to moi@exemple.fr
          vigie send envoi.toml --where cct=CCT001 --where periode=2025-01

          vigie send clients.xlsx --sheet Feuil1 …   une liste à la place du fichier d’envoi : c’est --recipients

        Chaque colonne s’utilise par son titre : {"{{"} Société {"}}"}, {"{{"} Code client {"}}"}. Le fichier peut être un classeur (.xlsx, .ods), un CSV (virgule, point-virgule ou tabulation ; UTF-8, Windows-1252) ou des lignes JSON. Les nombres et les dates d’un classeur se lisent tels qu’il les affiche.

        Le mot de passe est demandé à l’écran, ou vient de --smtp-password-file (smtp-password-file dans un fichier d’envoi) ou de VIGIE_SMTP_PASSWORD. Il est conservé chiffré : inutile de le redonner la fois suivante.
        Les options de --smtp suivent « ? », séparées par « & » :
          connections=5            connexions simultanées      per-connection=100       messages avant d’en rouvrir une
          helo=nom                 le nom annoncé par EHLO     tls=required             STARTTLS même sur cette machine
          flights=1                un aller-retour par message plaintext-auth=loopback  mot de passe sans TLS, en local
        Par exemple --smtp "smtp://compta@127.0.0.1:2525?plaintext-auth=loopback&connections=2".

        Le rythme demandé ici vaut pour cet envoi, en plus des limites du compte ; la plus stricte l’emporte.
        « vigie accounts limits » modifie celles du compte.

        Rien ne part avant que toutes les lignes soient vérifiées. Si aucun « vigie serve » n’occupe le dossier de données, cette commande envoie elle-même et s’arrête à la fin. Ctrl-C met l’envoi en pause : la même commande, ou « vigie jobs resume », le reprend.
        Codes de sortie : 0 tout est envoyé, 1 échec, 2 refusé avant tout envoi, 3 une partie n’est pas partie, 4 en pause.

help-jobs = Afficher les tâches, les suivre, les mettre en pause, les reprendre
    .state = preparing, pending, running, paused, completed, failed, cancelled ; plusieurs valeurs possibles
    .kind = Un seul type : mail, command, http…
    .query = Une partie du nom
    .usage =
        vigie jobs [OPTIONS]
                      vigie jobs <COMMANDE>
    .after-help =
        Exemples :
          vigie jobs                                 les tâches les plus récentes
          vigie jobs watch                           suivre la tâche en cours
          vigie jobs items 0197 --trouble            les messages non remis, et pourquoi
          vigie jobs settle 0197 --sent 17 18        les lignes 17 et 18 sont bien arrivées

        Une tâche se désigne par son identifiant, par le début de celui-ci s’il est unique, par le nom d’un envoi, ou par « last ».
help-jobs-list = Afficher les tâches, les plus récentes d’abord
    .state = preparing, pending, running, paused, completed, failed, cancelled ; plusieurs valeurs possibles
    .kind = Un seul type : mail, command, http…
    .query = Une partie du nom
help-jobs-show = Afficher le détail d’une tâche
help-jobs-watch = Suivre une tâche jusqu’à sa fin ; sans identifiant, la plus récente qui n’est pas terminée
help-jobs-pause = Mettre en pause ; ce qui est en cours d’envoi se termine
help-jobs-resume = Reprendre
help-jobs-cancel = Abandonner ce qui n’est pas encore envoyé
help-jobs-retry-failed = Relancer les éléments en échec
help-jobs-items = Afficher les éléments d’une tâche, remis ou non
    .state = queued, running, succeeded, failed, unknown, skipped ; plusieurs valeurs possibles
    .trouble = Uniquement ceux qui posent problème
    .query = Une partie de l’adresse
help-jobs-settle = Indiquer ce que sont devenus les éléments non confirmés
    .sent = Ces lignes sont arrivées : 17, 175-190
    .not-sent = Ces lignes ne sont pas arrivées : elles sont renvoyées
    .all = Toutes les lignes non confirmées, sans les citer
    .after-help =
        Exemples :
          vigie jobs settle last --sent 17 175-190      les lignes 17 et 175 à 190 sont bien arrivées
          vigie jobs settle last --not-sent --all       aucune n’est arrivée : toutes sont renvoyées
help-jobs-log = Afficher le journal d’une tâche
    .follow = Continuer d’afficher ce qui s’ajoute, jusqu’à la fin de la tâche

help-traces = Ce qui a été envoyé à qui : une ligne par tentative
    .application = L’application
    .flow = Le flux
    .job = Uniquement cette tâche
    .errors = Uniquement les erreurs
    .query = Une partie du commentaire, du fichier ou du nom
    .limit = Nombre maximal de lignes ; avec --csv, toutes
    .csv = Afficher du CSV, avec toutes les traces trouvées
    .after-help =
        Exemples :
          vigie traces --errors --since today
          vigie traces --application compta --since 2025-01-01 --until 2025-02-01 --csv > janvier.csv

help-logs = Rechercher dans les journaux, les suivre, en importer
    .after-help =
        Exemples :
          vigie logs search 'level>=error since:1h'              les erreurs de la dernière heure
          vigie logs search 'format:access | stats count() by status'
          vigie logs search timeout --file /var/log/app.log*     dans des fichiers, sans serveur
          vigie logs tail app:facturation                        les lignes qui arrivent
          vigie logs import /var/log/nginx/*.gz                  importer, quel que soit le format

        La syntaxe de recherche est décrite dans docs/search.md.
help-logs-search = Afficher les lignes trouvées, ou le tableau produit par « | stats » ; ou les lignes de fichiers
    .query = Des mots, "des expressions", /regex/, champ:valeur, level>=warning ; « -- » avant une recherche qui commence par -
    .until = Jusqu’à : tout le jour, toute la minute ou toute la seconde compris
    .limit = Nombre maximal de lignes [par défaut : 100 ; avec -C, 20 ; avec --csv, --text ou --file, toutes]
    .oldest-first = Les plus anciennes d’abord
    .context = Afficher N lignes de la même source avant et après chaque ligne trouvée
    .text = Afficher uniquement les messages, tels qu’ils sont arrivés
    .file = Chercher dans ces fichiers plutôt que dans les journaux conservés : bruts, gzip ou Zstandard
    .after-help =
        Exemples :
          vigie logs search 'connection refused' --since today
          vigie logs search 'level:error app:facturation' -C 5    avec les lignes voisines
          vigie logs search 'level>=error | stats count() as erreurs by app | sort by erreurs desc'
          vigie logs search '/took \d{"{"}4,{"}"} ms/' --file app.log app.log.1.gz
          vigie logs search 'level:error' --file app.log          dans n’importe quel format connu

        Avec --file, les lignes s’affichent comme dans les fichiers ; une recherche sur un niveau, un champ ou une date affiche les lignes interprétées.
        Le code de retour est 1 si aucune ligne n’est trouvée, 5 si la réponse est incomplète.
help-logs-tail = Suivre les lignes qui arrivent
    .query = Les lignes à suivre ; toutes, sans précision
    .last = Afficher d’abord les N dernières lignes arrivées
    .after-help =
        Exemple :
          vigie logs tail 'level>=warning -healthz'

        Avec --json, un objet par ligne.
help-logs-histogram = Compter les lignes trouvées au fil du temps
    .query = Des mots, "des expressions", /regex/, champ:valeur, level>=warning ; « -- » avant une recherche qui commence par -
    .until = Jusqu’à : tout le jour, toute la minute ou toute la seconde compris
    .step = La durée d’un intervalle, comme 5m [par défaut : environ 40 intervalles]
    .after-help =
        Exemple :
          vigie logs histogram level:error --since 1d --step 1h
help-logs-import = Importer des fichiers, bruts ou compressés, quel que soit leur format
    .files = Les fichiers à importer
    .source = La source des lignes [par défaut : le chemin du fichier]
    .again = Importer même ce qui l’a déjà été : à la place de ses lignes de la même source, après les avoir montrées et demandé confirmation
    .yes = Les remplacer sans demander confirmation
    .tz = Le fuseau horaire des lignes qui n’en indiquent aucun, comme Europe/Paris [par défaut : celui des réglages]
    .after-help =
        Exemples :
          vigie logs import /var/log/nginx/access.log* --label app=nginx
          vigie logs import sauvegarde/app.log.zst --source app
          vigie logs import export.jsonl       ce que « vigie logs export » a écrit, avec les sources d’origine
          vigie logs import --again --tz Europe/Paris app.log    dans un autre fuseau horaire, à la place de ce qui en a été importé

        Les formats sont reconnus automatiquement ; les traces d’appel restent entières. Un fichier déjà importé est refusé, même s’il a changé de nom ; s’il a grandi depuis, seule la suite est importée. Un import interrompu reprend où il s’était arrêté quand vous le relancez.
help-logs-export = Enregistrer les lignes trouvées dans un fichier
    .query = Des mots, "des expressions", /regex/, champ:valeur, level>=warning ; « -- » avant une recherche qui commence par -
    .until = Jusqu’à : tout le jour, toute la minute ou toute la seconde compris
    .format = Le format du fichier
    .format-jsonl = un objet JSON par ligne
    .format-csv = des colonnes : date, niveau, source, message, champs
    .format-text = les messages tels qu’ils sont arrivés
    .output = Le fichier à écrire ; sans précision, la sortie standard
    .limit = Nombre maximal de lignes
    .newest-first = Les plus récentes d’abord ; sans cette option, les plus anciennes, comme dans un journal
    .after-help =
        Exemples :
          vigie logs export 'app:facturation since:7d' --format jsonl -o facturation.jsonl
          vigie logs export level:error --format csv > erreurs.csv

        Les lignes JSON peuvent être réimportées, par « vigie logs import » ou « POST /api/v1/logs » ; chacune garde sa source.
help-logs-pipe = Importer ce qui arrive sur l’entrée standard, ligne par ligne
    .source = La source des lignes
    .tee = Recopier l’entrée sur la sortie standard
    .after-help =
        Exemple :
          {"."}/sync.py 2>&1 | vigie logs pipe --source sync --tee
help-logs-delete = Supprimer les lignes trouvées, après les avoir montrées et demandé confirmation
    .query = Des mots, "des expressions", /regex/, champ:valeur, level>=warning ; « -- » avant une recherche qui commence par -
    .until = Jusqu’à : tout le jour, toute la minute ou toute la seconde compris
    .dry-run = Indiquer combien de lignes correspondent, sans rien supprimer
    .yes = Supprimer sans demander confirmation
    .after-help =
        Exemples :
          vigie logs delete source:/srv/import/erreur.log
          vigie logs delete 'user_id:4711' --until 2025-01-31 --dry-run
          vigie logs delete '*:zoe@example.org'                 dans les messages et dans tous les champs

        Toutes les lignes trouvées sont supprimées définitivement ; aucune ne l’est si une partie de la recherche n’est pas comprise. Elles ne sont plus trouvées aussitôt ; leurs octets quittent le disque à la prochaine fusion des segments. Les fichiers dont elles viennent restent intacts. Le journal d’audit garde qui a supprimé quoi.
help-logs-files = Afficher les fichiers journaux que Vigie écrit
help-logs-format = Décrire un format qui n’est pas reconnu
help-logs-format-try = Montrer comment les lignes d’un fichier sont lues, et proposer un motif si rien ne les reconnaît
    .file = Le fichier
    .pattern = Le motif à essayer [par défaut : un motif est proposé]
    .after-help =
        Exemples :
          vigie logs format try app.log
          vigie logs format try app.log --pattern '%{"{"}time{"}"} <%{"{"}level{"}"}> %{"{"}word:user{"}"} %{"{"}message{"}"}'

        Un motif est la ligne telle quelle, avec des éléments là où elle varie : %{"{"}time{"}"}, %{"{"}level{"}"}, %{"{"}logger{"}"}, %{"{"}message{"}"}, %{"{"}skip{"}"}, et des champs comme %{"{"}word:user{"}"}, %{"{"}number:status{"}"}, %{"{"}ip:client{"}"}, %{"{"}quoted:agent{"}"}, %{"{"}text:reason{"}"}. Les noms des motifs de Logstash sont compris aussi. Une espace en représente une ou plusieurs.
help-logs-format-add = Enregistrer un motif dans vigie.toml, pour ce fichier
    .file = Le fichier
    .name = La valeur du champ « format » de ses lignes
    .pattern = Le motif à enregistrer [par défaut : celui qui est proposé]
    .after-help =
        Exemple :
          vigie logs format add /var/log/boutique.log --name boutique --pattern '%{"{"}time{"}"} <%{"{"}level{"}"}> %{"{"}message{"}"}'

help-report = Le bilan d’une journée ou d’une autre période, dans le terminal ou par e-mail : envois, erreurs, nouveaux problèmes, points d’accès lents, contrôles
    .date = Le jour [par défaut : aujourd’hui]
    .since = Au lieu d’un jour, depuis : today, yesterday, 2025-01-31, 2025-01-31T14:00, 3h, 7d
    .until = Jusqu’à ce moment, exclu [par défaut : maintenant]
    .send = L’envoyer par e-mail à cette adresse ; option répétable
    .account = Le compte d’envoi [par défaut : le seul]
    .from = L’expéditeur [par défaut : l’adresse du compte]
    .format = La forme du rapport
    .after-help =
        Exemples :
          vigie report
          vigie report --date 2025-01-31 --format html > rapport.html
          vigie report --since 7d --send direction@exemple.fr
          vigie schedule add Quotidien --when '0 7 * * *' --report direction@exemple.fr

        Envoyé par --send, c’est une tâche comme une autre : réessayée quand cela peut aider, avec une trace par adresse.
help-demo = Tout essayer, avec des clients inventés et un serveur de messagerie qui ne remet rien
    .count = Le nombre de clients à inventer
    .exit = S’arrêter quand tout est envoyé
    .after-help =
        Exemples :
          vigie demo                     500 clients, un PDF chacun ; le serveur reste ouvert jusqu’à Ctrl-C
          vigie demo --count 50 --exit   s’arrêter quand tout est envoyé
help-serve = Exécuter les tâches et répondre en HTTP
    .after-help =
        Par défaut, Vigie ne répond que sur cette machine. Pour y accéder d’ailleurs, utilisez « --listen 0.0.0.0:8787 » derrière un proxy TLS, avec les jetons de « vigie token create ». SIGTERM termine ce qui est en cours d’envoi, en 10 secondes au plus. SIGHUP rouvre les fichiers journaux.
help-worker = Exécuter les tâches à côté d’autres machines, sans HTTP (PostgreSQL uniquement)
help-accounts = Les comptes d’envoi et leurs limites
help-accounts-list = Afficher les comptes, leurs limites et leurs tentatives d’envoi sur 24 heures
help-accounts-limits = Modifier les limites d’un compte ; celles qui ne sont pas citées restent inchangées
    .name = Le compte
    .rate = 60/min, 10/s, 500/h ; option répétable
    .daily = Nombre maximal de messages par 24 heures
    .daily-recipients = Nombre maximal de destinataires par 24 heures
    .batch = Nombre de messages à la suite, avant --pause
    .pause = Entre deux séries : 3s, 1m30s
    .none = Supprimer toutes les limites, puis appliquer celles qui sont citées ici
    .after-help =
        Exemples :
          vigie accounts limits compta@mail.exemple.fr:587 --rate 30/min --daily 1000
          vigie accounts limits compta@mail.exemple.fr:587 --batch 10 --pause 3s
          vigie accounts limits compta@mail.exemple.fr:587 --none            supprimer toutes les limites

        Elles valent pour tout ce que le compte envoie. Un envoi peut être plus lent (« vigie send --rate »), jamais plus rapide.
help-accounts-resume = Mettre fin à la pause d’un compte
    .name = Le compte
help-submission = Les messages que d’autres programmes confient à Vigie par SMTP : essayer le port, voir un message, le renvoyer
help-submission-test = Confier un message au port comme le ferait un programme, et le suivre jusqu’à sa remise
    .after-help =
        Exemple :
          vigie submission test --to moi@exemple.fr
    .to = Qui reçoit le message
    .from = L’expéditeur [par défaut : la même adresse]
help-submission-show = Afficher un message : son enveloppe, son état, son en-tête et son texte
    .message = L’identifiant de queue donné au programme
help-submission-resend = Renvoyer un message, à ses destinataires ou à d’autres
    .message = L’identifiant de queue donné au programme
    .to = L’envoyer plutôt à cette adresse ; peut être répété
help-submission-release = Envoyer maintenant un message qui attend sa prochaine tentative ou qui a échoué
    .message = L’identifiant de queue donné au programme
help-project = Les programmes dont les SDK de Sentry signalent les erreurs et les requêtes
help-project-create = Créer un projet, et afficher le DSN qui configure son programme
    .name = Le nom du projet
    .platform = Ce avec quoi le programme est écrit, si c’est l’un de ceux-ci
    .url = L’adresse à laquelle le programme joint Vigie
help-project-list = Afficher les projets, et la date de leur premier événement
help-project-remove = Supprimer un projet avec ses problèmes, ses événements et ses fichiers
    .slug = Son identifiant, tel que « vigie project list » l’affiche
    .yes = Supprimer sans demander confirmation
help-issues = Les problèmes de vos programmes : afficher, résoudre, ignorer
    .project = Du projet de cet identifiant
    .state = Dans ces états : new,ongoing,regressed,resolved,ignored ; ou all pour tous
    .environment = Avec un événement de cet environnement
    .release = Avec un événement de cette version
    .text = Avec ces mots dans le titre ou le lieu
help-issues-list = Afficher les problèmes, le dernier vu en premier
    .project = Du projet de cet identifiant
    .state = Dans ces états : new,ongoing,regressed,resolved,ignored ; ou all pour tous
    .environment = Avec un événement de cet environnement
    .release = Avec un événement de cette version
    .text = Avec ces mots dans le titre ou le lieu
help-issues-show = Afficher un problème
    .issue = Le problème, comme BOUTIQUE-12
help-issues-resolve = Marquer un problème comme résolu : un événement ultérieur le rouvre
    .issues = Un ou plusieurs problèmes, comme BOUTIQUE-12
    .next-release = Seul un événement d’une version encore inconnue le rouvre
help-issues-ignore = Ne plus le montrer parmi les problèmes ouverts
    .issues = Un ou plusieurs problèmes, comme BOUTIQUE-12
    .events = Jusqu’à ce nombre d’événements supplémentaires
help-issues-reopen = Rouvrir un problème
    .issues = Un ou plusieurs problèmes, comme BOUTIQUE-12
help-releases = Les versions d’un projet : la stabilité de chacune, et ce qu’elle contient
    .project = Le nom abrégé du projet ; nécessaire s’il y en a plusieurs
    .environment = Ne compter que les sessions de cet environnement
help-releases-list = Afficher les versions d’un projet, la plus récente en premier
    .project = Le nom abrégé du projet ; nécessaire s’il y en a plusieurs
    .environment = Ne compter que les sessions de cet environnement
help-releases-show = Afficher une version : ses sessions, ses déploiements et ses commits
    .version = Comme le programme la nomme : boutique@1.2.0
    .project = Le nom abrégé du projet ; nécessaire s’il y en a plusieurs
    .environment = Ne compter que les sessions de cet environnement
help-celery = Les applications Celery surveillées : leurs processus, leurs tâches et leurs queues
help-celery-brokers = Afficher les brokers que Vigie écoute, et l’état de chaque connexion
help-celery-workers = Afficher les processus, d’après leur dernier signe de vie
help-celery-tasks = Afficher les tâches, la plus récente en premier
    .text = Une partie du nom, de l’identifiant ou des arguments
    .name = Les tâches de ce nom : boutique.taches.facturer
    .state = Les tâches dans cet état : SUCCESS, FAILURE, STARTED
    .worker = Les tâches de ce processus : celery@boutique-1
    .broker = Les tâches de ce broker
    .limit = Nombre maximal de tâches
help-celery-task = Afficher une tâche : ses arguments, son résultat ou son erreur, et les tâches qui lui sont liées
    .task = L’identifiant de la tâche
    .broker = Le broker, si des tâches de plusieurs brokers ont cet identifiant
help-celery-queues = Afficher les queues, avec ce qui attend dans chacune
help-celery-revoke = Empêcher une tâche de s’exécuter, ou l’interrompre
    .task = L’identifiant de la tâche
    .terminate = L’interrompre si elle s’exécute
    .broker = Le broker, s’il y en a plusieurs
help-celery-pool = Modifier le pool d’un processus
    .worker = Le processus : celery@boutique-1
    .grow = Ajouter autant de processus
    .shrink = Retirer autant de processus
    .autoscale = Garder entre MIN et MAX processus, selon les besoins
    .restart = Redémarrer ses processus
    .broker = Le broker, s’il y en a plusieurs
help-celery-consume = Faire prendre à un processus les tâches d’une queue, ou ne plus le faire
    .worker = Le processus : celery@boutique-1
    .queue = La queue
    .stop = Ne plus y prendre de tâches
    .broker = Le broker, s’il y en a plusieurs
help-celery-rate-limit = Limiter la fréquence des tâches d’un nom
    .task = Le nom des tâches : boutique.taches.facturer
    .rate = 10/s, 10/m, 10/h ; 0 pour ne pas limiter
    .worker = Sur ce processus seulement
    .broker = Le broker, s’il y en a plusieurs
help-celery-time-limit = Limiter la durée des tâches d’un nom
    .task = Le nom des tâches : boutique.taches.facturer
    .soft = Secondes après lesquelles la tâche est prévenue
    .hard = Secondes après lesquelles elle est interrompue
    .worker = Sur ce processus seulement
    .broker = Le broker, s’il y en a plusieurs
help-celery-import-beat = Créer des planifications à partir de celles de beat, dans Celery ; sans --apply, les afficher seulement
    .after-help =
        Exemples :
          vigie celery import-beat --app boutique                   ce que les processus disent de beat_schedule
          python manage.py dumpdata django_celery_beat > beat.json
          vigie celery import-beat beat.json --app boutique --folder /srv/boutique --celery /srv/boutique/venv/bin/celery
          vigie celery import-beat beat.json --app boutique --folder /srv/boutique --apply

        Arrêtez beat une fois les planifications créées : sinon chaque tâche est envoyée deux fois.
    .file = Les tables de django-celery-beat, écrites par dumpdata, ou beat_schedule en JSON [par défaut : demander aux processus]
    .app = L’application, comme pour « celery -A »
    .celery = Le programme qui envoie une tâche
    .folder = Où il s’exécute [par défaut : ici]
    .env = Une variable dont l’application a besoin ; plusieurs sont possibles
    .worker = Ne demander qu’à ce processus : celery@boutique-1
    .zone = Le fuseau horaire des planifications qui n’en indiquent pas [par défaut : celui du serveur]
    .apply = Créer les planifications
    .replace = Remplacer les planifications de mêmes noms
help-celery-shutdown = Arrêter un processus, une fois ses tâches terminées
    .worker = Le processus : celery@boutique-1
    .broker = Le broker, s’il y en a plusieurs
help-celery-purge = Supprimer tous les messages d’une queue, si elle en contient exactement le nombre indiqué
    .queue = La queue
    .messages = Combien de messages elle contient
    .broker = Le broker, s’il y en a plusieurs
help-diagnose = Trouver pourquoi un envoi ou une tâche s’est arrêté, d’après les journaux de cette machine
    .after-help =
        Exemples :
          vigie diagnose "l’envoi s’est arrêté à 22h20"
          vigie diagnose "l’envoi s’est arrêté hier vers 22h20" --path /send --recipients clients.csv
          vigie diagnose --at 22:20 --window 30m --format html > rapport.html
          vigie diagnose --job last
          vigie diagnose "arrêté à 22h20" --root /mnt/disque --tz nginx=Europe/Paris

        Lit les journaux de systemd, nginx, gunicorn, Django, Celery, Postfix, PostgreSQL et du noyau, sans rien modifier. Une heure est la dernière avant la ligne la plus récente. Ce qui appartient à root se lit avec sudo ou les groupes adm et systemd-journal.
        Codes de retour : 0 cause trouvée, 2 question non comprise, 6 éléments insuffisants, 7 rien d’inhabituel.
    .phrase = Ce qui s’est passé et quand, en français ou en anglais
    .at = Quand : 22:20, ou une date et une heure
    .window = Jusqu’où chercher avant et après [par défaut : 15m]
    .since = À partir de quand
    .until = Jusqu’à quand
    .job = Une tâche de Vigie : son identifiant, le début de celui-ci, son nom, ou `last`
    .path = Une partie du chemin de la requête qui envoie
    .app-root = Le dossier de l’application
    .unit = L’unité systemd de l’application
    .logs = D’autres fichiers journaux
    .tz = Le fuseau horaire des journaux qui ne l’indiquent pas, et de la question : Europe/Paris ; d’un seul journal : nginx=Europe/Paris
    .recipients = À qui le message était destiné : un fichier CSV
    .not-sent = Écrire dans ce fichier les lignes de ceux qui ne l’ont pas reçu et à qui l’envoi est sûr
    .root = Lire ce dossier comme / : un disque monté, une copie d’une autre machine ; ou un fichier de --bundle
    .bundle = Écrire ce qui a été trouvé dans ce fichier, pour l’emporter : `--root FICHIER` donne le même rapport ailleurs
    .format = La forme du rapport
help-mcp = Laisser un assistant lire les tâches, les journaux, les erreurs et les diagnostics (Model Context Protocol)
    .after-help = Parle le Model Context Protocol sur l’entrée et la sortie standard : donnez `vigie mcp` à votre assistant comme commande d’un serveur. Ses outils ne font que lire, et leurs réponses sont masquées et bornées. Rien n’est appelé de soi-même.
help-check = Ce qui doit donner des nouvelles à temps, et ce qui doit répondre : sauvegardes, sites, serveurs
    .after-help =
        Exemples :
          vigie check add sauvegarde --every 24h --grace 1h
          vigie check add export --cron '0 2 * * *' --zone Europe/Paris --run-max 30m --at-least rows=100
          vigie check add site --http https://exemple.fr/ --contains Bienvenue
          vigie check add courrier --tcp mail.exemple.fr:25 --public=Courriel
          vigie check status-page --on

        Un contrôle par signal a une adresse : appelez-la quand la tâche s’est bien terminée, avec /start quand elle commence, avec /fail ou /3 (son code de sortie) quand elle a échoué. Les adresses et leurs réponses sont celles de Healthchecks.
help-check-add = Surveiller quelque chose : une tâche qui donne des nouvelles, une adresse web, un port, un nom
    .name = Le nom du contrôle
    .every = Elle donne des nouvelles au moins aussi souvent : 24h, 15m
    .cron = Elle donne des nouvelles à ces moments : cinq champs cron
    .zone = Le fuseau horaire des champs cron [par défaut : celui du serveur]
    .grace = Le retard admis
    .run-max = La durée admise d’une exécution [par défaut : le retard admis]
    .at-least = Une exécution qui indique moins a fait trop peu : rows=100 ; plusieurs sont possibles
    .http = Une adresse web qui doit répondre
    .contains = Ce que sa réponse doit contenir
    .tcp = Un port qui doit accepter les connexions
    .dns = Un nom qui doit mener quelque part
    .ipv4 = Vérifier uniquement en IPv4
    .ipv6 = Vérifier uniquement en IPv6
    .public = L’afficher sur la page de statut publique, sous ce nom s’il est indiqué
    .interval = La fréquence des vérifications
    .failures = Le nombre d’échecs de suite avant de signaler la panne
help-check-list = Afficher les contrôles et leur état
help-check-show = Afficher un contrôle et ses derniers signaux
    .check = Le nom ou l’identifiant du contrôle
help-check-pause = Ne plus rien attendre de lui jusqu’à la reprise
    .check = Le nom ou l’identifiant du contrôle
help-check-resume = L’attendre de nouveau, à partir de maintenant
    .check = Le nom ou l’identifiant du contrôle
help-check-test = Vérifier maintenant une adresse, un port ou un nom
    .check = Le nom ou l’identifiant du contrôle
help-check-publish = Afficher un contrôle sur la page de statut publique
    .check = Le nom ou l’identifiant du contrôle
    .public-name = Ce que voient les visiteurs à la place de son nom
help-check-hide = Retirer un contrôle de la page de statut publique
    .check = Le nom ou l’identifiant du contrôle
help-check-status-page = La page de statut publique : afficher son adresse, la publier ou non
    .on = Publier la page
    .off = Ne plus la publier
    .title = Le titre de la page
    .secret = À une adresse impossible à deviner
    .plain = À l’adresse /status
    .new-address = Créer une nouvelle adresse impossible à deviner ; l’actuelle ne fonctionne plus
help-check-remove = Supprimer un contrôle et tout son historique
    .check = Le nom ou l’identifiant du contrôle
help-maintenance = Les maintenances prévues, pendant lesquelles aucune alerte n’est envoyée et la disponibilité n’est pas affectée
    .after-help =
        Exemples :
          vigie maintenance add 'Mise à jour de Debian' --for 2h
          vigie maintenance add 'Déménagement du serveur' --from '2026-12-24 20:00' --for 4h --check site --check courrier
          vigie maintenance add 'Mises à jour' --weekly dim --at 02:00 --for 1h
help-maintenance-list = Afficher ce qui est prévu, en cours ou terminé depuis peu
help-maintenance-add = Prévoir une maintenance : aucune alerte n’est envoyée et la disponibilité n’est pas affectée
    .name = Le nom de la maintenance
    .for = La durée : 2h, 30m
    .from = Le début : une date avec une heure, ou 3h à partir de maintenant [par défaut : maintenant]
    .until = La fin
    .weekly = Chaque semaine, ces jours : lun,dim ; ou quotidien
    .at = L’heure de début : 02:00
    .zone = Le fuseau horaire de cette heure [par défaut : celui du serveur]
    .check = Seulement ce contrôle ; plusieurs sont possibles
    .rule = Seulement cette règle d’alerte, par son nom, son genre ou son identifiant ; plusieurs sont possibles
help-maintenance-end = Terminer une maintenance en cours, ou supprimer celle qui est prévue
    .name = Son nom ou son identifiant
help-alert = Ce qui ne va pas en ce moment : afficher, prendre en charge, mettre en sourdine ; les règles
help-alert-list = Afficher ce qui ne va pas en ce moment
help-alert-history = Afficher aussi ce qui est passé, le plus récent en premier
help-alert-rules = Afficher les règles qui déclenchent les alertes
help-alert-ack = Prendre une alerte en charge : plus de message, sauf si elle se reproduit
    .alert = L’identifiant de l’alerte
help-alert-silence = N’envoyer aucun message sur une alerte pendant un temps
    .alert = L’identifiant de l’alerte
    .minutes = Pendant ce nombre de minutes
    .reason = Le motif
help-alert-add = Créer ou modifier une règle à partir d’un fichier JSON, comme la liste des règles l’affiche
    .file = Le fichier qui contient la règle
    .preview = Indiquer seulement combien de fois elle se serait déclenchée ces 7 derniers jours
help-channel = Les destinations des alertes : e-mail, Slack, webhooks
help-channel-list = Afficher les canaux, et s’ils fonctionnent
help-channel-add = Créer un canal ; son URL ou son jeton est lu sur l’entrée standard
    .name = Le nom du canal
    .kind = email, slack, discord, teams, telegram, ntfy ou webhook
    .account = email : le compte d’envoi
    .from = email : l’adresse d’expéditeur
    .to = email : l’adresse d’un destinataire ; peut être répété
    .chat = telegram : le chat
    .topic = ntfy : le sujet
    .language = La langue de ses messages : en ou fr
    .named-only = Seulement pour les règles qui le choisissent
help-channel-test = Envoyer un test à un canal
    .name = Le nom du canal
help-channel-delete = Supprimer un canal
    .name = Le nom du canal
help-token = Les jetons d’API, pour les programmes
help-token-create = Créer un jeton ; il n’est affiché qu’une fois et n’est jamais conservé
    .name = Le nom du jeton
    .scope = Ce qu’il permet
    .scope-ingest = envoyer des journaux uniquement
    .scope-releases = annoncer des versions et envoyer des source maps uniquement
    .scope-progress = suivre l’avancement d’une tâche dont on connaît l’identifiant
    .scope-read = tout consulter
    .scope-write = tout consulter, agir sur les tâches et envoyer des journaux
    .scope-admin = accès complet, y compris aux comptes et aux utilisateurs
    .expires = La date d’expiration : 90d, ou 2026-12-31
help-token-list = Afficher les jetons, et leur dernière utilisation
help-token-revoke = Révoquer un jeton : il est refusé aussitôt
    .name = Le nom du jeton
help-user = Les personnes qui se connectent aux pages
help-user-create = Créer un utilisateur, et un lien pour choisir son mot de passe
    .name = Le nom de l’utilisateur
    .role = Ses droits
    .role-viewer = consulte tout, sauf les utilisateurs, les jetons et le journal d’audit
    .role-operator = fait des envois et agit sur les tâches
    .role-admin = gère les comptes, les utilisateurs et les jetons
help-user-list = Afficher les utilisateurs et leurs droits
help-user-link = Créer un nouveau lien pour choisir un mot de passe ; le précédent ne fonctionne plus
    .name = Le nom de l’utilisateur
help-backup = Tout sauvegarder dans un dossier pendant que Vigie fonctionne, et vérifier la copie
    .folder = Le dossier des sauvegardes [par défaut : [backup] folder dans vigie.toml]
    .keep = Supprimer les anciennes sauvegardes de ce dossier de données, et n’en garder que ce nombre
    .with-key = Inclure la clé secrète : protégez alors la sauvegarde comme vos mots de passe
    .after-help =
        Exemples :
          vigie backup /mnt/sauvegardes              tout, maintenant, pendant que Vigie fonctionne
          vigie backup /mnt/sauvegardes --keep 7     et supprimer les plus anciennes, une fois celle-ci vérifiée

        Chaque sauvegarde est un dossier, vigie-2025-01-31T023000Z, qui ne prend ce nom qu’une fois complet, vérifié et écrit sur le disque. Le dossier, l’heure et le nombre peuvent figurer dans vigie.toml : [backup] folder, at, keep. La clé secrète n’y figure pas : avec elle, un tiers pourrait utiliser les mots de passe des comptes. Gardez une copie de secret.key ailleurs.
help-restore = Restaurer une sauvegarde ; rien n’est ensuite envoyé automatiquement
    .from = Une sauvegarde, ou le dossier des sauvegardes, dont la plus récente est prise
    .to = La destination [par défaut : le dossier de données]
    .dry-run = Vérifier la sauvegarde et montrer ce qu’elle contient, sans rien modifier
    .replace = Remplacer ce qui s’y trouve, qui est conservé à côté
    .key = La clé secrète, si la sauvegarde ne la contient pas
    .after-help =
        Exemples :
          vigie restore /mnt/sauvegardes --dry-run              ce que contient la plus récente, et si elle est intacte
          vigie restore /mnt/sauvegardes --to ./vigie-data
          vigie restore /mnt/sauvegardes/vigie-2025-01-31T023000Z --replace --key /root/secret.key

        Arrêtez d’abord Vigie. Rien n’est ensuite envoyé automatiquement : les tâches non terminées et les planifications sont en pause, car des messages ont pu être envoyés après la sauvegarde.
help-migrate = Tout copier vers une autre base de données, dans un sens ou dans l’autre, et vérifier que rien n’est perdu
    .to = postgres://utilisateur@hôte/nom, ou un dossier pour SQLite ; la destination doit être vide
    .after-help =
        Exemples :
          vigie migrate --to postgres://vigie@localhost/vigie                      du dossier de données vers PostgreSQL
          vigie migrate --database postgres://vigie@localhost/vigie --to ./data    et en sens inverse

        Arrêtez d’abord « vigie serve » et tous les processus. L’original reste tel quel ; la copie n’est gardée que si le nombre de lignes et l’empreinte de chaque table sont identiques. Emportez secret.key : il protège les mots de passe des comptes.
help-config = Les réglages
help-config-check = Vérifier les réglages, et montrer d’où vient chacun, sans les secrets
help-doctor = Rechercher ce qui ne va pas dans cette installation
    .repair = Mettre de côté les fichiers endommagés des journaux, et en garder tous les blocs intacts
    .accept-key = Adopter la clé secrète de cette machine pour la base de données, quand celle d’origine est définitivement perdue : les mots de passe des comptes devront être saisis à nouveau
help-completions = Afficher les complétions pour un shell
    .shell = Le shell
    .after-help =
        Exemple :
          vigie completions bash > /etc/bash_completion.d/vigie
help-man = Afficher la page de manuel (en anglais), ou écrire une page par commande dans un dossier
    .dir = Écrire vigie.1, vigie-send.1… dans ce dossier
    .after-help =
        Exemple :
          vigie man | man -l -
help-schedule = Les tâches qui reviennent : envois, commandes, appels HTTP
    .after-help =
        Exemples :
          vigie schedule add Sauvegarde --when '30 2 * * *' --zone Europe/Paris -- /usr/local/bin/sauvegarde
          vigie schedule add Lettre --when '0 8 * * MON' --mailing lettre.toml --account news@mail.exemple.fr:587
          vigie schedule add Quotidien --when '0 7 * * *' --report direction@exemple.fr
          vigie schedule add Délais --when @daily --log-query 'level>=error timeout' --to dev@exemple.fr --above 10
          vigie schedule add Ping --when 'every 5 min' --url https://exemple.fr/ping
          vigie schedule next '0 8 1 * *'            quand cela s’exécuterait
          vigie schedule export > planifications.toml     pour les importer ailleurs

        Quand : cinq champs cron, six avec les secondes en premier, @hourly @daily @weekly @monthly @yearly, every 15 min, ou 2026-12-24 08:00.
help-schedule-add = Créer une planification : un envoi, un rapport, un appel HTTP ou une commande qui revient
    .name = Le nom de la planification
    .when = Quand : 0 8 * * MON, @daily, every 15 min, 2026-12-24 08:00
    .zone = Le fuseau horaire [par défaut : celui du serveur]
    .day-off = Un jour exclu : 2026-12-24, 12-24 pour chaque année, sun, holidays-fr ; option répétable
    .jitter = Commencer jusqu’à cette durée plus tard, toujours la même pour une planification
    .missed = Les exécutions prévues alors que rien ne tournait : skip, once, all
    .overlap = L’exécution prévue alors que la précédente n’est pas terminée : skip, queue, replace
    .replace = Remplacer la planification de ce nom
    .mailing = Un fichier d’envoi, lu à chaque exécution, comme la liste qu’il nomme
    .account = Le compte d’envoi de l’envoi, du rapport ou du résultat de la recherche
    .report = Une adresse qui reçoit un rapport depuis le précédent ; option répétable
    .from = L’expéditeur du rapport [par défaut : l’adresse du compte]
    .only-errors = N’envoyer le rapport que si quelque chose s’est mal passé
    .log-query = Une recherche dans les journaux : le nombre de lignes et les plus récentes deviennent le journal de chaque exécution ; « * » trouve toutes les lignes
    .application = Seulement les lignes de cette application
    .within = La période examinée avant chaque exécution [par défaut : 1d]
    .lines = Le nombre de dernières lignes conservées [par défaut : 20]
    .to = Une adresse qui reçoit le résultat de la recherche ; option répétable
    .above = Ne l’envoyer que s’il y a plus de lignes que ce nombre
    .below = Ne l’envoyer que s’il y a moins de lignes que ce nombre
    .url = Une URL à appeler
    .method = La méthode de l’appel
    .command = Un programme et ses arguments
help-schedule-list = Afficher les planifications, ce qu’a donné la dernière exécution de chacune et quand la prochaine commence
help-schedule-show = Afficher une planification, ses dernières exécutions et la prochaine
    .schedule = Le nom ou l’identifiant de la planification
help-schedule-next = Quand une planification, ou une expression, s’exécuterait
    .when = Le nom d’une planification, ou une expression : 0 8 * * MON, every 15 min
    .zone = Le fuseau d’une expression [par défaut : celui du serveur]
help-schedule-pause = Ne plus lancer d’exécution jusqu’à la reprise
    .schedule = Le nom ou l’identifiant de la planification
help-schedule-resume = Lancer de nouveau les exécutions, à partir de maintenant
    .schedule = Le nom ou l’identifiant de la planification
help-schedule-run = L’exécuter maintenant, en plus de ses horaires
    .schedule = Le nom ou l’identifiant de la planification
help-schedule-remove = La supprimer ; ses tâches restent
    .schedule = Le nom ou l’identifiant de la planification
help-schedule-export = Afficher toutes les planifications en TOML
help-schedule-import = Créer les planifications d’un fichier TOML ; celles du même nom sont remplacées
    .file = Le fichier
help-run = Exécuter une commande telle quelle, et signaler son exécution : pour les lignes de cron
    .after-help =
        Exemple, dans une crontab :
          30 2 * * * vigie run --name sauvegarde -- /usr/local/bin/sauvegarde

        La commande s’exécute comme elle le ferait seule : sa sortie est transmise, et son code de retour est celui de cette commande. À la fin, sa sortie, sa durée et son code de retour deviennent une tâche avec son journal. En l’absence de Vigie, le rapport attend dans le répertoire de données.
    .name = Le nom de la tâche [par défaut : celui du programme]
    .command = Un programme et ses arguments
help-sync = Maintenir deux instances DHIS2 identiques, et le prouver
    .after-help =
        Exemples :
          vigie sync add pays --source https://a.exemple --target https://b.exemple --values
          vigie sync check pays
          vigie sync plan pays                    ce qu’une exécution écrirait
          vigie sync run pays --plan ID           cela, ou rien si un côté a changé
          vigie sync reconcile pays               code de retour 3 si les côtés diffèrent

        Une configuration se désigne par son nom ou par son numéro.
help-sync-add = Créer une configuration, ou la modifier
    .name = Le nom de la configuration
    .source = L’instance lue [par défaut : celle de [sync.NOM] dans vigie.toml]
    .target = L’instance écrite
    .source-secret-file = Un fichier contenant le jeton de la source, ou nom:mot-de-passe [par défaut : VIGIE_SYNC_SOURCE_SECRET]
    .target-secret-file = Un fichier contenant celui de la cible [par défaut : VIGIE_SYNC_TARGET_SECRET]
    .metadata = Les types de métadonnées, par exemple dataElements [par défaut : tous ceux que Vigie connaît]
    .values = Les valeurs de données aussi
    .completeness = La complétude des jeux de données aussi
    .tracker = Les entités suivies et les événements aussi
    .files = Les fichiers et images auxquels des valeurs renvoient aussi
    .org-unit = L’unité d’organisation sous laquelle lire les valeurs
    .automatic = Examiner la source régulièrement, une fois démarrée
    .schedule = Quand elle s’exécute, une fois démarrée : cron, ou un intervalle comme « every 6 h »
    .zone = Le fuseau horaire de la planification
    .check-every = À quelle fréquence
    .cooldown = La durée du repos après un échec
    .conflict = Que faire si les deux côtés ont changé : source, target, stop
    .copy-sharing = Copier les paramètres de partage
    .delete = Supprimer de la cible ce que la source a supprimé
    .max-delete = Au-delà de tant d’objets sur cent d’un type, demander d’abord à une personne
    .map = Un fichier CSV d’objets ayant un autre identifiant sur la cible : type, identifiant ou code, identifiant
help-sync-list = Afficher les configurations
help-sync-check = Demander aux deux instances ce qui empêche une exécution
    .name = Le nom ou le numéro de la configuration
help-sync-plan = Lire les deux côtés, et afficher ce qu’une exécution écrirait
    .name = Le nom ou le numéro de la configuration
    .validate = Demander à la cible ce qu’elle refuserait ; rien n’est écrit
    .changes = Afficher ce que devient chaque propriété
help-sync-run = Écrire dans la cible ce qui diffère, et le relire
    .name = Le nom ou le numéro de la configuration
    .plan = Un plan : rien d’autre que ce qu’il indique n’est écrit
    .detach = Ne pas attendre la fin
help-sync-start = La laisser s’exécuter automatiquement
    .name = Le nom ou le numéro de la configuration
help-sync-stop = Ne plus la laisser s’exécuter automatiquement
    .name = Le nom ou le numéro de la configuration
help-sync-status = Son état, avec ses dernières exécutions
    .name = Le nom ou le numéro de la configuration
help-sync-reconcile = Lire les deux côtés, et prouver qu’ils sont égaux
    .name = Le nom ou le numéro de la configuration
help-sync-ledger = Quels objets étaient égaux et quand, et lesquels n’ont pas pu être écrits
    .name = Le nom ou le numéro de la configuration
    .failed = Seulement ce qui n’a pas pu être écrit
