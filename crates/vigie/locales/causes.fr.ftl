### Ce que disent en anglais les bibliothèques de Vigie, à côté de leurs types d’erreur. Un message par erreur.

smtp-not-url = adresse SMTP : « { $text } » n’est pas une URL ; écrivez smtp://utilisateur@mail.exemple.fr:587
smtp-scheme = adresse SMTP : « { $text }:// » n’est pas connu ; utilisez smtp:// (STARTTLS) ou smtps:// (TLS dès le départ)
smtp-no-host = adresse SMTP : l’hôte manque ; écrivez smtp://utilisateur@mail.exemple.fr:587
smtp-password-in-url = adresse SMTP : elle contient un mot de passe, que d’autres pourraient lire ; donnez-le à la demande, par un fichier ou par l’environnement
smtp-path = adresse SMTP : « { $text } » après l’hôte n’a pas de sens ; retirez-le
smtp-option = adresse SMTP : l’option « { $name }={ $value } » n’est pas valable ; voir « vigie send --help »
smtp-password-missing = compte SMTP « { $text } » : le mot de passe manque ; donnez-le à la demande, par un fichier ou par l’environnement
smtp-user-missing = compte SMTP : un mot de passe, mais pas d’utilisateur ; écrivez l’adresse smtp://utilisateur@{ $text }
gmail-not-address = « { $text } » n’est pas l’adresse d’un compte Gmail : écrivez gmail://boîte@domaine
gmail-password-in-url = une adresse Gmail ne contient pas de mot de passe : donnez la clé JSON comme mot de passe du compte
gmail-parameter = une adresse Gmail n’a pas de paramètre « { $text } » : utilisez mode, user, api ou token
gmail-mode = « mode={ $text } » dans l’adresse Gmail : utilisez send ou draft
gmail-url = « { $name }={ $value } » dans l’adresse Gmail : utilisez https://, ou http:// sur cette machine, sans paramètre
gmail-key = la clé Gmail ne peut pas être lue : donnez le fichier JSON tel que Google Cloud l’a produit
gmail-https = HTTPS indisponible ({ $text }) : installez le paquet ca-certificates
file-folder = c’est un dossier : indiquez les fichiers qu’il contient
file-none = c’est un tube ou un périphérique, et non un fichier
file-packed = fichier { $name }, que Vigie ne lit pas : extrayez d’abord son contenu avec { $tool }
file-cut-off = fichier compressé incomplet, décompressé jusqu’à l’octet { $at }
file-damaged = fichier compressé endommagé, décompressé jusqu’à l’octet { $at }
store-database = base de données : { $text }
store-newer = le schéma de la base de données est en version { $found }, ce programme connaît les versions jusqu’à { $known } : utilisez un « vigie » plus récent, ou restaurez la copie faite avant la mise à jour
store-migration = la migration { $version } ({ $name }) a échoué : { $text } ; l’état précédent est inchangé
store-corrupt = base de données : la colonne « { $column } » contient une valeur impossible : lancez « vigie doctor »
store-closed = la base de données est en train de se fermer
store-file = base de données : { $text }
vault-not-key = { $path } ne contient pas une clé de 32 octets en base64 : restaurez-la d’une sauvegarde, ou écartez-la et saisissez à nouveau les mots de passe des comptes
vault-readable = { $path } : d’autres utilisateurs peuvent le lire : « chmod 600 { $path } »
vault-unseal = ce mot de passe a été chiffré avec une autre clé : restaurez « secret.key », ou saisissez-le à nouveau
label-no-pair = « { $text } » n’est pas un champ : écrivez par exemple app=boutique
label-name = « { $text } » n’est pas un nom de champ : utilisez des lettres, des chiffres, « _ », « . », « - » et « @ », sans chiffre au début
label-own = « { $text } » existe déjà dans chaque ligne : choisissez un autre nom
label-empty = la valeur de « { $text } » est vide : retirez ce champ
label-long = la valeur de « { $text } » est trop longue : raccourcissez-la
label-many = il y en a { $text } : c’est trop
logs-in-use-by = les journaux sont utilisés par le processus { $pid } : adressez-vous à lui, ou arrêtez-le
toml-unknown = le réglage « { $name } » n’existe pas
toml-missing = le réglage « { $name } » manque
toml-type = valeur d’un type incorrect ({ $text })
toml-other = syntaxe incorrecte ({ $text })
backup-telemetry = journaux : { $text }
backup-full = { $place } : le disque est plein ; les sauvegardes existantes sont intactes
backup-damaged = { $place } : fichier endommagé, différent de ce qui avait été écrit
backup-damaged-database = { $place } : base de données endommagée ({ $text })
backup-none = { $place } : aucune sauvegarde ici
backup-newer = { $place } : sauvegarde faite par une version plus récente de Vigie ({ $version })
backup-busy = { $place } : une autre sauvegarde est en cours dans ce dossier
backup-inside = { $place } : ce dossier se trouve dans le dossier de données : choisissez-en un autre, si possible sur un autre disque
backup-not-empty = { $place } : ce dossier n’est pas vide
backup-defect = une partie du programme s’est arrêtée de façon inattendue
pattern-name = son nom n’est pas valable : utilisez au plus 40 lettres, chiffres, « _ » et « - »
pattern-long = il est trop long : raccourcissez-le
pattern-open = « %{"{"} » sans « {"}"} » : fermez l’accolade
pattern-unknown = « { $text } » n’est pas connu : utilisez { $kinds }
pattern-twice = « { $text } » y figure deux fois : changez l’un des deux noms
pattern-field = le champ de « { $text } » n’a pas de nom : écrivez par exemple %{"{"}word:user{"}"}
pattern-endless = rien n’indique où « { $text } » se termine : écrivez ce qui le suit
pattern-empty = il ne contient ni date, ni niveau, ni message : écrivez %{"{"}time{"}"} %{"{"}level{"}"} %{"{"}message{"}"}
sync-unauthorized = { $host } n’accepte pas le compte : indiquez de nouveau son jeton, ou son nom et son mot de passe
sync-forbidden = { $host } ne laisse pas le compte lire ou modifier { $what } : donnez-lui l’autorité nécessaire
sync-busy = { $host } démarre ou est occupé
sync-too-large = { $host } refuse les requêtes de cette taille
sync-no-answer = { $host } n’a pas répondu
sync-no-connection = { $how ->
    [refused] { $host } refuse la connexion : vérifiez que l’instance est démarrée et que son adresse est correcte
    [name] le nom { $host } est introuvable : vérifiez l’adresse de l’instance
    [timeout] { $host } ne répond pas à temps
    [certificate] le certificat de { $host } n’est pas reconnu
   *[other] { $host } est injoignable
}
sync-incomplete-answer = { $host } a donné une réponse incomplète ({ $what })
sync-emptied = { $host } ne montre plus aucun objet de type { $what }, alors qu’il en montrait : vérifiez que le compte peut encore les lire. S’ils ont bien été supprimés, créez un plan et exécutez-le
sync-refused = { $host } a refusé une requête ({ $what } : { $status } { $code })
sync-no-secret = { $name } n’a ni jeton ni mot de passe : « vigie sync add { $name } » en accepte un
sync-plan-moved = l’un des côtés a changé depuis le plan : créez-en un nouveau
sync-job-gone = sa tâche n’existe plus
sync-job-ended = sa tâche a été interrompue
sync-held = { $count } objets seraient supprimés ({ $types }), plus que max_delete_percent ne l’autorise : créez un plan, lisez-le, puis exécutez-le
sync-conflicts = { $count } conflits
sync-not-written = { $count } éléments n’ont pas été écrits
sync-finding-version = Vigie prend en charge les versions 2.38 à 2.43 : essayez d’abord sur des copies des deux instances
sync-finding-authority = donnez au compte un rôle avec l’autorité ALL, sinon certains objets peuvent être refusés
sync-finding-clock = synchronisez les horloges des deux serveurs (NTP)
sync-finding-calendar = les périodes n’ont pas la même signification des deux côtés : utilisez le même calendrier
sync-finding-map-both-ways = une table de correspondance ne vaut que dans un sens : retirez-la, ou retirez la configuration inverse
sync-finding-duplicate-code = donnez un code unique à chaque objet : DHIS2 refuse les doublons
sync-finding-org-units = attribuez au compte les unités d’organisation dont il doit lire et saisir les données
sync-finding-default = chaque type doit avoir un seul objet nommé « default » : supprimez ou renommez les autres
collect-count = collect : { $count } sources dans cette table : écrivez-en une parmi files, syslog et journald
collect-no-pattern = collect.files : aucun motif : écrivez par exemple ["/var/log/nginx/*.log"]
collect-relative = collect.files : « { $pattern } » n’est pas un chemin absolu : commencez-le par /
collect-pattern = collect.files : « { $pattern } » : syntaxe incorrecte vers le caractère { $at } : corrigez ce motif
collect-label = collect.labels : { $error }
collect-labels-elsewhere = collect.labels : réservé à « files » : retirez-le, syslog et le journal système indiquent eux-mêmes l’origine
collect-address = collect.syslog : « { $address } » n’est pas une adresse avec un port : écrivez par exemple 127.0.0.1:5514
log-store-memory = log-store.memory-megabytes : { $megabytes } n’est pas compris entre { $least } et { $most } : corrigez cette valeur
log-store-formats = log-store.formats : { $error }
log-store-scrub = log-store.scrub.patterns : « { $pattern } » n’est pas une expression utilisable : corrigez-la
log-store-scrub-empty = log-store.scrub.patterns : « { $pattern } » correspond aussi à un texte vide : il faut au moins un caractère
formats-many = { $count } formats : { $most } au maximum
formats-twice = « { $name } » : deux formats portent ce nom : renommez l’un des deux
formats-pattern = « { $name } » : { $error }
formats-files = « { $name } » : fichiers « { $pattern } » : syntaxe incorrecte vers le caractère { $at } : corrigez ce motif
