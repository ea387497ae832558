### Les mots du terminal ; l’aide est dans « help.fr.ftl ». Chaque identifiant figure dans tous les fichiers.

letting-go = le dossier { $data } est libéré : un autre processus l’attend
nothing-here = { $place } : il n’y a encore rien ici
nothing-here-help = commencez par « vigie serve », « vigie send », « vigie logs import » ou « vigie demo », ou indiquez le bon dossier avec --data
emptied = { $file } : fichier vide ou absent, alors que ce dossier a déjà servi
emptied-help = restaurez une sauvegarde, ou recommencez dans un dossier vide (--data)
of-user = {" "}de l’utilisateur { $user }
not-ours = { $data } : { $error } ; ce dossier appartient à un autre utilisateur{ $whose }
folder-not-writable = { $folder } : cet utilisateur n’a pas le droit d’y écrire : { $error } ; ce dossier appartient à l’utilisateur { $user }
folder-not-writable-help = lancez la commande en tant que cet utilisateur (sudo -u UTILISATEUR vigie …), ou rendez celui-ci propriétaire du dossier de données (chown -R UTILISATEUR { $folder })
read-only-disk-help = montez en écriture le disque de { $folder }, ou indiquez avec --data un dossier où l’écriture est possible
not-ours-help = lancez la commande en tant que cet utilisateur (sudo -u UTILISATEUR vigie …), ou indiquez votre propre dossier avec --data
damaged-help = gardez-en une copie, puis restaurez une sauvegarde ou essayez « sqlite3 vigie.db .recover »
unreachable-help = vérifiez --database, et que PostgreSQL fonctionne et accepte cet utilisateur
collect-address-help = choisissez une autre adresse dans [[collect]] ; les ports inférieurs à 1024 sont réservés
listen-taken = un autre programme utilise cette adresse : choisissez un autre port avec { $setting }
listen-reserved = les ports inférieurs à 1024 sont réservés : choisissez-en un autre avec { $setting }
listen-unknown = cette machine n’a pas cette adresse : utilisez 127.0.0.1 ou 0.0.0.0
listen-other = choisissez une autre adresse avec { $setting }
key-another = ce n’est pas la clé de la base de données : { $why }
key-missing = clé absente : { $why }
key-set-up-with = la base de données a été créée avec la clé d’empreinte { $kept }
key-not-this = ce n’est pas la clé de cette base de données
key-gone = la clé de cette base de données est absente
key-from-machine = depuis une machine qui utilise cette base de données
key-from-backup = depuis son emplacement d’origine ou une sauvegarde
key-help = copiez secret.key { $from }, ou indiquez la bonne clé avec VIGIE_SECRET_KEY_FILE ; si elle est définitivement perdue : « vigie doctor --accept-key », puis saisissez à nouveau les mots de passe des comptes
account-resumed = le compte { $name } est de nouveau utilisable
account-limits = limites du compte { $name } : { $limits }
account-unknown = le compte « { $name } » n’existe pas
account-unknown-help = « vigie accounts list » affiche les comptes existants
limits-none = aucune
account-paused = en pause jusqu’à ce que quelqu’un la lève
account-paused-until = en pause jusqu’au { $at }
accounts-none = aucun compte : « vigie send --smtp URL » en crée un, les pages web aussi
demo-made = { $amount } clients créés dans { $folder }/clients.csv (séparateur « ; », Windows-1252), avec un PDF chacun dans pdf/
demo-catcher = le serveur de messagerie de démonstration
demo-server = son serveur de messagerie, à l’adresse { $address }, ne remet rien, refuse 1 % des adresses, impose un ralentissement et coupe une fois la connexion
demo-took = le serveur de messagerie a accepté { n-message }
demo-stays = la page reste ouverte sur http://{ $address } ; dans un autre terminal : vigie jobs --data { $data } ; Ctrl-C arrête tout
demo-watch = suivez l’envoi dans un navigateur, avec ce lien à usage unique : { $link }
demo-port = le port { $wanted } est occupé ; le port { $other } est utilisé à la place
database-away = la base de données ne répond pas ; l’envoi l’attend
all-missed = liste complète : vigie jobs items { $job } --trouble
unknown-help = non confirmé : le message est peut-être arrivé ; renseignez-vous, puis indiquez-le : vigie jobs settle { $job } --sent LIGNE, ou --not-sent LIGNE
ended-failed = échec : { $why }
goes-on-at = reprise le { $at }, si « vigie serve » fonctionne
interrupted-help = pour reprendre, relancez la même commande ou vigie jobs resume { $id } ; pour abandonner : vigie jobs cancel { $id }
paused-help = pour reprendre : vigie jobs resume { $id } ; pour abandonner : vigie jobs cancel { $id }
ended-paused = en pause : { $why } ({ $until })
ended-not = pas encore terminé
resumed-unknown = { $n ->
    [one] { n-message } était en cours d’envoi à l’arrêt du processus précédent : peut-être envoyé, il est marqué non confirmé
   *[other] { n-message } étaient en cours d’envoi à l’arrêt du processus précédent : peut-être envoyés, ils sont marqués non confirmés
} (« vigie jobs settle »)
resumed-again = { $n ->
    [one] { n-message } était en cours d’envoi à l’arrêt du processus précédent : il est renvoyé, comme sa tâche le permet
   *[other] { n-message } étaient en cours d’envoi à l’arrêt du processus précédent : ils sont renvoyés, comme leur tâche le permet
}
unprepared = la tâche { $job } n’avait pas été lue jusqu’au bout : elle n’a pas commencé, rien n’a été envoyé
and-more =  et { $n ->
    [one] { $n } autre
   *[other] { $n } autres
}
left-alone = aussi inachevées, et laissées de côté : { $id } { $name }{ $more } ; « vigie jobs » les affiche, « vigie serve » reprend celles qui ne sont pas en pause
jobs-none = aucune tâche trouvée
watch-none = aucune tâche n’est en cours ni en attente
watch-none-help = indiquez-en une : vigie jobs watch TÂCHE ; « vigie jobs » les affiche
account-pause-ended = la pause du compte { $account } est levée aussi
items-none = aucun élément trouvé
delete-refused = rien n’a été supprimé : { $matches }
delete-refused-help = ajoutez --yes pour supprimer ces lignes, ou --dry-run pour seulement regarder
deleted-none = rien n’a été supprimé
deleted = { n-record } { $n ->
    [one] supprimée
   *[other] supprimées
}
delete-older = , dont { $n } plus { $n ->
    [one] ancienne que celles-ci
   *[other] anciennes que celles-ci
}
delete-sure = supprimer définitivement { n-record } ? « vigie logs export » en garde une copie [o/N]{" "}
export-table = les étapes après « | » produisent un tableau, pas des lignes à exporter
export-table-help = retirez-les, ou obtenez le tableau avec « vigie logs search --csv » ou --json
export-cut = l’export est incomplet : { $why }
export-cut-help = précisez la recherche ou réduisez la période, et exportez en plusieurs fois
export-done = { $file } : { $n } octets
files-help = « vigie serve » et « vigie send » l’écrivent ; ou indiquez le bon dossier avec --data
files-none = { $folder } : aucun fichier pour le moment
ago = il y a { $time }
files-more = et { n-older-file } de plus
step-wrong = --step : « { $text } » n’est pas une durée
step-wrong-help = écrivez 30s, 5m, 1h, 1d ou 1w
histogram-steps = les étapes après « | » ne comptent pas dans un histogramme
histogram-step = chaque intervalle dure { $step } : plus courts, ils seraient trop nombreux ; réduisez la période avec --since
import-elsewhere = { $file } est déjà en cours d’import ailleurs
try-later = réessayez plus tard
import-broke-off = la lecture s’est interrompue
import-known-as = { $name } : contenu déjà importé le { $on } sous le nom de { $source } ; rien n’a été repris ; --again l’importe une fois de plus, sans remplacer
import-missing =  ; { n-record } de ce fichier { $n ->
    [one] n’est plus conservée (supprimée ou trop ancienne)
   *[other] ne sont plus conservées (supprimées ou trop anciennes)
}
import-missing-help =  : --again réimporte tout le fichier
import-few-times =  ; aucune heure n’a pu être lue dans { n-record }, `vigie logs format try FICHIER` propose un motif
import-known = { $name } : déjà importé le { $on } ; rien n’a été repris ; --again l’importe de nouveau, à la place de ce qui l’était
again-exported = rien n’a été fait : cet export a déjà été importé et ses lignes ont gardé leurs sources d’origine : --again ne peut pas les remplacer et les enregistrerait en double. Supprimez-les d’abord avec « vigie logs delete », ou ajoutez --yes si c’est déjà fait
again-unnamed = aucune recherche ne peut désigner sa source ; l’import précédent n’est donc pas remplacé : importez-le sous une autre source avec --source NOM
again-others = rien n’a été fait : { n-record } { $n ->
    [one] correspond
   *[other] correspondent
} à « { $query } », alors que les imports précédents de ce fichier en avaient pris { $records } : d’autres ont la même source. Supprimez ce qui doit l’être avec « vigie logs delete », ou importez-le sous une autre source avec --source NOM
again-shared = rien n’a été fait : d’autres fichiers ont été importés sous la même source, avec des lignes des mêmes moments. Supprimez ce qui doit l’être avec « vigie logs delete », ou importez-le sous une autre source avec --source NOM
again-refused = { $name } : rien n’a été fait : son import précédent a laissé { n-record }, que celui-ci remplace
again-refused-help = ajoutez --yes pour remplacer ces lignes, ou --source NOM pour garder les deux
again-asks = { $name } : cet import remplace ce que le précédent a laissé :
again-sure = supprimer définitivement { n-record } et importer de nouveau le fichier ? [o/N]{" "}
again-interrupted = le remplacement de son import précédent en { $zone } a été interrompu. Pour le terminer : vigie logs import --again --tz { $zone } { $name }
again-not = rien n’a été fait
import-replaced =  ; { n-record } de l’import précédent { $n ->
    [one] remplacée
   *[other] remplacées
}
import-passed-over =  ; les { $n } premiers octets étaient déjà importés
import-zone =  ; les lignes sans fuseau horaire ont été lues selon { $zone } ; si c’est faux, --again --tz FUSEAU les relit
import-encoding =  ; lu en { $encoding }
import-converted =  ; { n-line } hors UTF-8, { $n ->
    [one] lue
   *[other] lues
} en Windows-1252
import-masked =  ; { n-secret } { $n ->
    [one] masqué
   *[other] masqués
}
import-accepted =  ; { n-record } { $n ->
    [one] importée
   *[other] importées
}
import-source = --source : écrivez de 1 à { $most } octets
import-rejected =  ; { $n } { $n ->
    [one] refusée
   *[other] refusées
} : { $why }
import-rejected-help =  : après correction, --again réimporte tout le fichier
record-too-old = au-delà de la durée de conservation : augmentez « keep-days » dans [log-store]
record-too-long = plus de 4 Mio
import-completed =  ; la dernière ligne, incomplète, a été remplacée
import-removed = { $name } : { n-record } { $n ->
    [one] n’est pas conservée
   *[other] ne sont pas conservées
} : le stockage des journaux contient au plus { $most } Mo et supprime les plus anciennes. Augmentez « keep-megabytes » dans [log-store], puis importez le fichier avec --again
import-broken =  ; le fichier s’interrompt là ({ $broken }) : importez-le à nouveau une fois complet
import-endless-line = une ligne de plus de 256 Mo : ce n’est pas du texte
import-no-text = ce n’est pas du texte : rien n’a été importé
taken-again = les lignes sont de nouveau acceptées
record-not-taken = une ligne a été refusée : { $problem }
import-waits = un autre import est en cours : attente de sa fin
import-empty = fichier vide
no-time-between = aucun instant ne sépare --since de --until
no-time-between-help = inversez-les ; chacun compte en entier : --until 2025-01-31 comprend ce jour
query-in-part = une partie de la recherche n’est pas comprise
query-in-part-help = corrigez-la, ou retirez --strict
label-wrong = --label : { $error }
hint = suggestion : { $hint }
left-out = résultat incomplet : { $what }
no-file-stdin = fichier introuvable : l’entrée standard s’importe avec « vigie logs pipe »
no-file = fichier introuvable : vérifiez son chemin
file-forbidden = cet utilisateur n’a pas le droit de le lire : lancez la commande avec un utilisateur qui l’a, ou faites changer le groupe du fichier
no-signals = impossible de recevoir les signaux : { $error }
query-before-file = la recherche se place avant --file : vigie logs search RECHERCHE --file FICHIER…
raw-steps = les étapes après « | » ne s’appliquent pas aux fichiers : importez-les avec « vigie logs import » pour compter et trier
raw-broke-off = la recherche s’est interrompue
raw-none = aucune ligne trouvée
raw-limit = arrêt après { n-hit } : augmentez --limit pour en voir plus
raw-divided = { $n ->
    [one] { n-line } de plus de { $bytes } octets, lue par morceaux
   *[other] { n-line } de plus de { $bytes } octets, lues par morceaux
}
context-table = les lignes d’un tableau n’ont pas de lignes voisines
context-table-help = retirez ce qui suit « | », ou --context
context-limit = --limit : avec --context, { $most } lignes au plus sont affichées
context-limit-help = précisez la recherche, ou retirez --context
search-more = il y a plus de { $limit } { $limit ->
    [one] ligne
   *[other] lignes
} : augmentez --limit, ou précisez la recherche
no-json = ce n’est pas du JSON : { $error }
tail-steps = les étapes après « | » ne s’appliquent pas au suivi
tail-no-server = { $data } : aucun serveur ne fonctionne ici, rien n’arrive donc
tail-no-server-help = lancez « vigie serve » ; ce qui est conservé se trouve avec « vigie logs search »
tail-gone = le serveur s’est arrêté ; attente de son retour
tail-back = il est de retour
tail-missed = { $n ->
    [one] { n-record } non affichée : arrivée trop vite
   *[other] { n-record } non affichées : arrivées trop vite
}
event-too-long = une ligne reçue est trop longue
narrow-query = précisez la recherche
migrate-nothing = { $data } : il n’y a rien à copier ici
migrate-nothing-help = indiquez le bon dossier avec --data, ou l’origine avec --database
migrate-to = --to : écrivez postgres://utilisateur@hôte/nom, ou un dossier pour SQLite
migrate-failed-help = l’original est intact ; la destination n’a rien reçu
migrate-done = copie terminée, identique des deux côtés ; copiez aussi secret.key et logs/
migrate-address = vérifiez l’adresse, et que PostgreSQL fonctionne et accepte cet utilisateur
man-page = la page de manuel
page-no-json = la réponse n’est pas du JSON : { $error }
owner-changes = le dossier de données change sans cesse de propriétaire
try-again = réessayez
new-account = nouveau compte :{" "}
interrupted-before = interrompu avant le début de l’envoi : rien n’a été envoyé
sent-before = { $n ->
    [one] { n-row } ignorée : déjà envoyée par « { $name } »
   *[other] { n-row } ignorées : déjà envoyées par « { $name } »
}
going-on-with = « { $name } » a commencé le { $at } et n’est pas terminé : l’envoi reprend, tel qu’il était alors (reste { $left } sur { $total })
keeps-limits = il garde les limites qu’il avait au départ : { $limits }
stopping = arrêt : ce qui est en cours d’envoi se termine (une seconde fois : arrêt immédiat)
rest-waits = le reste attend : relancez la même commande ou « vigie serve » pour le reprendre
goes-on-elsewhere = l’envoi continue dans le processus { $pid } ; pour le suivre : vigie jobs watch { $job } ; pour l’abandonner : vigie jobs cancel { $job }
nothing-runs-yet = aucun processus n’exécute encore les tâches de ce dossier : lancez « vigie serve »
nobody-left = il ne reste aucun destinataire : rien n’a été envoyé
rows-unread = des lignes du fichier n’ont peut-être pas été lues : rien n’a été envoyé
rows-unread-help = corrigez { $file } ; --on-invalid skip ignore les lignes incorrectes, jamais celles qui n’ont pas été lues
problems-found = { $n ->
    [one] { n-problem } trouvé
   *[other] { n-problem } trouvés
} : rien n’a été envoyé
problems-found-help = corrigez { $file }, ou envoyez { $n ->
    [one] la ligne correcte
   *[other] les { $n } lignes correctes
} avec --on-invalid skip
server = serveur : { $server }
server-no-password = serveur : non vérifié, faute de mot de passe (VIGIE_SMTP_PASSWORD)
server-none = serveur : aucun n’est indiqué (--smtp)
rows-left-out = { $n ->
    [one] { $n } ligne avec erreurs serait ignorée ; toutes les autres seraient envoyées
   *[other] { $n } lignes avec erreurs seraient ignorées ; toutes les autres seraient envoyées
}
would-not-be-sent = { $n ->
    [one] { n-problem } trouvé
   *[other] { n-problem } trouvés
} : l’envoi ne partirait pas en l’état
data-error = le dossier de données : { $error }
free-space = libérez de l’espace sur ce disque
rows-checked = lignes vérifiées :
data-directory = le dossier de données
more-problems = … et { $n } de plus ; --json en affiche jusqu’à 1 000
being-sent = cette liste est en cours d’envoi par « { $other } » : rien n’a été envoyé
being-sent-help = attendez la fin de cet envoi ; ou donnez un autre nom (--name) à celui-ci, s’il est différent
reached-all = rien n’a été envoyé : « { $name } » a déjà été envoyé { $n ->
    [one] à { $n } ligne
   *[other] aux { $n } lignes
}
reached-all-help = pour les renvoyer, dans un nouvel envoi : { $command }
no-mailing-help = retirez --complete pour un nouvel envoi
sent-by = des lignes de cette liste ont été envoyées par { $names }
no-mailing = aucun envoi ne s’appelle « { $name } » : rien n’a été envoyé
changed-question = { $n ->
    [one] { $n } ligne sur { $rows } de { $file } est partie
   *[other] { $n } lignes sur { $rows } de { $file } sont parties
} dans « { $name } » avec un autre contenu
with-other-contents = {" "}(dont { $n } avec un autre contenu)
earlier-question = { $n ->
    [one] { $n } ligne sur { $rows } de { $file } est déjà partie
   *[other] { $n } lignes sur { $rows } de { $file } sont déjà parties
} dans « { $name } »{ $other }, la dernière fois le { $on }
undecided = { $question } : rien n’a été envoyé
nothing-sent = rien n’a été envoyé
terminal = le terminal
choose-send = les envoyer avec le contenu actuel
choose-skip = les ignorer
choose-rest = n’envoyer que le reste
choose-new = en faire un nouvel envoi
say-what = { $question } ; indiquez quoi faire :
already-received = { $received ->
    [one] { $received } déjà reçu
   *[other] { $received } déjà reçus
}, { $left } à envoyer
row-other-contents = , avec un autre contenu
row-sent = {"  "}{ $file }:{ $line } { $label } le { $on }{ $other }
rows-more = {"  "}… et { $n } de plus (--json en affiche jusqu’à 1 000)
stricter-holds = {" "}(la plus stricte l’emporte)
limits-said = limites du compte { $name } : { $account } ; de cet envoi : { $run }{ $rule }
other-open = un envoi nommé « { $name } », avec d’autres réglages ou une autre liste, est { $state } : tâche { $id }
other-open-help = attendez sa fin, reprenez-le ou annulez-le (« vigie jobs ») ; ou donnez un autre nom (--name) à celui-ci
temporary-folder = le dossier des fichiers temporaires
bcc-alone = --bcc seul ne désigne personne
bcc-alone-help = écrivez --bcc ADRESSE, ou --group N --bcc pour des destinataires cachés
no-recipients-given = les destinataires ne sont pas indiqués
no-recipients-given-help = ajoutez --recipients clients.csv, ou un fichier d’envoi
ledger-no-key = --ledger : les colonnes qui distinguent les lignes ne sont pas indiquées
ledger-no-key-help = ajoutez --key COLONNE
file-too-long = { $name } : dépasse { $n } octets
is-mailing-file = est-ce bien un fichier d’envoi ?
list-twice = { $list } et --recipients indiquent tous deux les destinataires
list-twice-help = indiquez la liste une seule fois
see-send-help = voir « vigie send --help »
password-in-url-help = écrivez smtp://utilisateur@hôte, et donnez le mot de passe par --smtp-password-file, par VIGIE_SMTP_PASSWORD ou à la demande
no-recipient-number = { $file } : il n’y a pas de destinataire numéro { $number }
no-recipient-number-help = comptez à partir de 1, après --where
preview-recipient = ── destinataire { $number }, { $file }:{ $line } ──
header-from = De
header-reply-to = Répondre à
header-to = À
header-cc = Cc
header-bcc = Cci
header-subject = Objet
header-list-unsubscribe = Désabonnement
header-attached = Pièce jointe
no-way-out = le moyen d’envoi n’est pas indiqué
no-way-out-smtp = ajoutez --smtp smtp://utilisateur@mail.exemple.fr:587
test-sent = envoyé à { $to } avec l’objet « { $subject } » ; cet essai n’est compté nulle part
test-not-sent = non envoyé à { $to } : { $why }
test-unknown = peut-être envoyé à { $to } : { $why }
password-refused = le serveur a refusé le mot de passe conservé pour { $account }
gmail-not-asked = API Gmail, non vérifiée
server-silent = { $place } ne répond pas en { $seconds } s : vérifiez l’hôte, le port et le pare-feu
not-encrypted = non chiffré
server-answers = { $place } répond : { $greeting } ({ $tls })
password-too-long = { $name } : trop long pour contenir un mot de passe
readable-by-others = { $name } : d’autres utilisateurs peuvent le lire
file-empty = { $name } : fichier vide
password-missing = il manque le mot de passe de { $account }
password-missing-help = donnez-le par --smtp-password-file FICHIER ou par VIGIE_SMTP_PASSWORD
password-of = Mot de passe de { $account } :{" "}
worker-no-database = les processus partagent une base PostgreSQL, et aucune n’est indiquée
worker-no-database-help = ajoutez --database postgres://utilisateur@hôte/nom ; avec SQLite, « vigie serve » exécute lui-même les tâches
worker-runs = exécution des tâches ; Ctrl-C pour arrêter
serving = service ouvert sur http://{ $address } depuis { $data } ; Ctrl-C pour arrêter
first-admin = personne ne peut encore se connecter aux pages ; ce lien à usage unique fait de vous l’administrateur :
not-finished = tout ce qui était en cours n’a pas pu se terminer en 10 s
not-finished-help = ces messages seront marqués non confirmés au prochain démarrage ; voir « vigie jobs items TÂCHE --trouble »
rows-too-many = plus de { $n } lignes sont indiquées
rows-too-many-help = procédez en plusieurs commandes, ou utilisez --all
rows-not-named = les lignes ne sont pas indiquées
rows-not-named-help = indiquez des lignes (17 ou 175-190), ou --all pour toutes celles qui ne sont pas confirmées
settled = { $n ->
    [one] { $n } ligne mise à jour
   *[other] { $n } lignes mises à jour
}
settled-none = toutes les lignes sont confirmées
row-not-unknown = la ligne { $row } n’était pas à confirmer : son état est « { $state } »
no-row = la ligne { $row } n’existe pas
more-not-unknown = { $n } autres n’étaient pas à confirmer non plus
retry-none = rien à relancer : aucune ligne en échec
retry-refused = rien à relancer : { $n ->
    [one] { $n } ligne refusée avant l’envoi
   *[other] { $n } lignes refusées avant l’envoi
} ; corrigez le fichier et renvoyez-le sous le même nom
retried = { $n ->
    [one] { n-row } relancée
   *[other] { n-row } relancées
}
token-made = jeton « { $name } », droits : { $scope } ; il n’est affiché qu’une fois :
token-revoked = le jeton « { $name } » est désormais refusé
tokens-none = aucun jeton : vigie token create NOM
answer-broke-off = la réponse s’est interrompue : { $error }
traces-none = aucune trace trouvée
traces-more = il y a plus de { $limit } { $limit ->
    [one] trace
   *[other] traces
} : augmentez --limit, précisez la demande, ou prenez-les toutes avec --csv
link-made = ce lien fonctionne une seule fois, pendant trois jours, à l’adresse où Vigie est accessible :
user-disabled = désactivé
user-no-password = n’a pas encore choisi de mot de passe
users-none = aucun utilisateur : vigie user create NOM --role admin
not-a-moment = --{ $option } : « { $text } » n’est pas une date
not-a-moment-help = écrivez aujourd’hui, hier, 2025-01-31, 2025-01-31T14:00, 3h ou 7d
moment-over = --{ $option } : « { $text } » est passé
moment-over-help = indiquez une date à venir, comme 90d
everything = tout
loggers-from = { $loggers } à partir de { $level }, { $size } × { $keep }
no-bound = sans limite
own-logs = journaux des tâches et de Vigie
submission-only-account = le seul compte d’envoi
submission-listening = réception des messages d’autres programmes sur { $address } (SMTP)
not-kept = non conservés
none = aucun
nothing = rien
collect-files = fichiers { $files }
collect-files-with = fichiers { $files } avec { $labels }
see-doctor = vérifiez l’espace libre, les droits et le serveur avec « vigie doctor »
check-path = vérifiez le chemin
give-right = donnez à cet utilisateur le droit d’y accéder
choose-writable = choisissez avec --data un dossier où l’écriture est possible
cannot-lock = { $path } : verrouillage impossible : { $error }
cannot-lock-help = gardez le dossier de données sur un disque local : certains systèmes de fichiers réseau ne verrouillent rien
held-by-pipe = { $shown } est occupé par le processus { $pid } (« vigie logs pipe »), qui ne l’a pas libéré en { $seconds } s
held-by-pipe-help = arrêtez-le (kill { $pid }) ainsi que le programme qu’il lit, puis relancez les deux, le serveur d’abord
waits-for-pipe = { $shown } est occupé par le processus { $pid } (« vigie logs pipe ») ; attente de sa libération
owner-silent = { $data } : le processus { $pid } occupe ce dossier et ne répond pas
owner-silent-help = attendez son arrêt, ou arrêtez-le : kill { $pid }
held-by = { $data } est occupé par le processus { $pid } (« vigie { $command } »)
held-by-help = arrêtez-le d’abord (kill { $pid }), ou indiquez un autre dossier avec --data ; des commandes comme « vigie jobs » fonctionnent en même temps
stopped-at-once = arrêt immédiat ; ce qui était en cours d’envoi sera marqué non confirmé au prochain démarrage
unknown-form = le serveur a répondu sous une forme inconnue de ce programme : { $error }
unknown-form-help = mettez à jour le plus ancien des deux, puis redémarrez « vigie serve »
bad-path = « { $path } » n’est pas une adresse : { $error }
asked-no-json = la demande n’est pas du JSON : { $error }
owner-away = le processus qui occupe le dossier de données ne répond pas sur { $socket } : { $error }
owner-away-help = il vient peut-être de s’arrêter : réessayez
answer-no-json = la réponse n’est pas du JSON : { $error }
server-status = le serveur a répondu { $status }
answer-too-long = la réponse est trop longue
answer-too-long-help = demandez-en moins avec --limit
source-default = par défaut
no-setting-meant = { $name } n’est pas un réglage : vouliez-vous dire { $meant } ?
no-setting = { $name } n’est pas un réglage : retirez cette variable
check-config-path = vérifiez le chemin donné par --config ou VIGIE_CONFIG
settings-too-long = { $name } : dépasse { $n } octets ; est-ce bien un fichier de réglages ?
settings-example = packaging/vigie.example.toml montre tous les réglages
setting-meant =  ; vouliez-vous écrire « { $instead } » ?
setting-listen = { $from } : listen : « { $value } » n’est pas une adresse suivie d’un port : écrivez par exemple 127.0.0.1:8787
setting-base-path = { $from } : base-path : « { $value } » ne peut pas être le chemin sous lequel Vigie est servi : écrivez /vigie, et choisissez un nom qu’aucune de ses pages ne porte
setting-proxy-login-from = { $from } : proxy-login.from : indiquez les adresses du proxy de confiance, par exemple ["10.0.0.5"]
setting-proxy-login-address = { $from } : proxy-login.from : « { $value } » n’est pas l’adresse d’un proxy : écrivez 10.0.0.5, 10.0.0.0/24 ou socket
setting-proxy-login-header = { $from } : [proxy-login] « { $value } » ne peut pas être l’en-tête qui dit qui est connecté : écrivez Remote-User
setting-proxy-login-groups = { $from } : [proxy-login] groups-header et les groupes d’un rôle vont ensemble : indiquez les deux, ou aucun
setting-proxy-login-role = { $from } : proxy-login.role : « { $value } » n’est pas un rôle : écrivez viewer ou operator
setting-proxy-login-admin = { $from } : proxy-login.role : les administrateurs sont désignés par leurs groupes : écrivez viewer ou operator, et admin-groups
setting-proxy-login-logout = { $from } : proxy-login.logout : « { $value } » n’est pas une adresse : écrivez /oauth2/sign_out ou https://…
socket-listening = répond aux programmes de cette machine sur { $path }
socket-taken = { $path } existe déjà et n’est pas un socket
socket-taken-help = choisissez un autre chemin dans [socket]
socket-in-use = un autre programme répond sur { $path }
socket-group = cette machine n’a pas de groupe { $group }
socket-group-help = indiquez un groupe existant, ou son numéro, dans [socket]
setting-proxies = { $from } : proxies : « { $wrong } » n’est ni une adresse ni un réseau : écrivez 10.0.0.5 ou 10.0.0.0/24
setting-networks = { $from } : alert-networks : « { $wrong } » n’est ni une adresse ni un réseau : écrivez 10.0.0.5 ou 10.0.0.0/24
setting-database = { $from } : database : « { $scheme }:… » n’est pas connu : écrivez postgres://utilisateur@hôte/nom, ou retirez ce réglage pour utiliser SQLite dans le dossier de données
setting-zone = { $from } : time-zone : « { $value } » n’est pas un fuseau horaire connu : écrivez par exemple Europe/Paris
setting-jobs-keep-days = { $from } : jobs-keep-days : « { $value } » n’est pas un nombre de 31 à 36500 : corrigez-le, ou retirez-le pour tout garder
setting-jobs-max = { $from } : jobs-max : « { $value } » n’est pas un nombre de 1 à 1000 : corrigez-le
no-reason = motif inconnu
standing-nothing = { $state }, rien n’a été envoyé : { $n ->
    [one] { $n } ignoré
   *[other] { $n } ignorés
}
standing-unknown = { $state }, { $n ->
    [one] { $n } non confirmé
   *[other] { $n } non confirmés
}
standing-nothing-done = { $state }, rien n’a été fait : { $n ->
    [one] { $n } ignoré
   *[other] { $n } ignorés
}
standing-failed = { $state }, { $n } en échec
standing-failed-both = { $state }, { $failed } en échec, { $unknown ->
    [one] { $unknown } non confirmé
   *[other] { $unknown } non confirmés
}
standing-undelivered = { $state }, { $n ->
    [one] { $n } non remis
   *[other] { $n } non remis
}
progress-paused = en pause : { $why }
time-left = reste { $time }
progress-waiting = en attente : { n-message } { $n ->
    [one] sera relancé
   *[other] seront relancés
} à { $at }
not-there-yet = { $shown } n’existe pas encore
data-made-by = « vigie send », « vigie demo » et « vigie serve » le créent
check-path-rights = vérifiez le chemin et ses droits
no-directory = { $shown } n’est pas un dossier
name-another-data = indiquez-en un autre avec --data
not-writable = { $shown } : écriture impossible (propriétaire { $owner }, mode { $mode })
not-writable-help = utilisez le compte du propriétaire, ou donnez à cet utilisateur le droit d’y écrire
shown-readable-by-others = { $shown } : d’autres utilisateurs peuvent le lire
owner-runs = le processus { $pid } (« vigie { $command } ») exécute les tâches ici
owner-none = aucun processus n’exécute de tâches ici
see-log = voir le journal de Vigie
disk-unknown = espace libre inconnu
disk-unknown-help = vérifiez avec df
disk-free = { $n } Mo libres sur { $mount }
disk-full-help = libérez de l’espace, ou déplacez le dossier de données
disk-low-help = libérez bientôt de l’espace
key-made-at-start = elle est créée au premier démarrage ; si des comptes existent déjà, restaurez-la d’une sauvegarde
check-rights = vérifiez ses droits
key-keep-copy = { $shown } ; gardez-en une copie à part des sauvegardes
key-misfit-help = copiez-la depuis son emplacement d’origine, ou réglez VIGIE_SECRET_KEY_FILE ; définitivement perdue : « vigie doctor --accept-key »
key-accepted = { $file } est désormais la clé de la base de données ({ $fingerprint })
enter-again = saisissez à nouveau le mot de passe du compte { $account }
zone-unknown = le système ne l’indique pas : les jours et les journaux sont en UTC
zone-unknown-help = ajoutez time-zone = "Europe/Paris" dans vigie.toml
files-no-limit = aucune limite connue
files-at-most = au plus { $n }
files-raise = augmentez cette limite pour de nombreux clients : LimitNOFILE=65536 dans l’unité systemd, ou « ulimit -Hn 65536 » en root
none-yet = aucune pour le moment
database-missing = { $file } est absent, alors que ce dossier a déjà servi : { $left } s’y trouve encore
database-missing-help = restaurez une sauvegarde (vigie restore DOSSIER), ou recommencez dans un dossier vide (--data)
intents-damaged = { $file } est endommagé : après un arrêt brutal, tout ce qui était en cours d’envoi est marqué comme non confirmé
intents-damaged-help = rien à faire avant le prochain démarrage, qui le recommence ; vérifiez ensuite les messages non confirmés, et le disque
database-fine = elle répond, et son schéma est celui de ce programme
integrity-postgres = assurée par PostgreSQL
restore-backup = restaurez une sauvegarde
integrity-fine = le fichier est intact, et les totaux de chaque tâche correspondent à ses éléments
database-damaged = la base de données est endommagée : { $what }
counters-wrong = les totaux de la tâche { $job } ne correspondent pas à ses éléments
report-defect = signalez-le : c’est un défaut de Vigie
correct-settings = corrigez ce réglage dans vigie.toml
logs-in-use-repair = le processus { $pid } les utilise : rien n’a été réparé
logs-in-use-repair-help = arrêtez-le, puis relancez cette commande
logs-in-use-damage-help = arrêtez-le, puis lancez « vigie doctor --repair » ; ou restaurez une sauvegarde
logs-in-use-damage = le processus { $pid } les utilise et a trouvé des dommages : { $what }
logs-in-use = le processus { $pid } les utilise : ils n’ont pas été relus
logs-error-help = vérifiez les droits sur telemetry/, ou restaurez une sauvegarde
logs-whole-kb = { $segments }, { $n } ko, { $segments ->
   *[other] tout est intact
}
logs-whole-mb = { $segments }, { $n } Mo, tout est intact
logs-damaged = { $n ->
    [one] { $n } partie endommagée ou disparue
   *[other] { $n } parties endommagées ou disparues
}, le reste est accessible : { $first }
logs-damaged-help = « vigie doctor --repair » les met de côté et garde ce qui est intact ; ou restaurez une sauvegarde
logs-unmendable = ce qui est intact est conservé, et le reste ne peut pas être réparé : { $first }
logs-unmendable-help = restaurez une sauvegarde, si le contenu perdu est nécessaire
logs-footers-lost =  ; { $n } fichiers sans leur liste de blocs : ce qui y a été trouvé est conservé, le reste n’est pas compté
logs-repaired = { $kept } lignes conservées, { $n } au plus perdues{ $lost }
logs-repaired-help = les fichiers endommagés sont copiés dans { $folders }
log-folder-help = corrigez « folders » dans [log-store] de vigie.toml, ou donnez à cet utilisateur le droit d’y lire
account-is-paused = { $name } est en pause : { $why }
account-is-paused-help = il reprend automatiquement, ou après un « vigie send » avec le bon mot de passe
account-gmail = { $name } : API Gmail, non vérifiée
account-url = { $name } : son adresse « { $url } » est illisible
account-url-help = refaites un envoi avec le bon --smtp
account-answers = { $name } répond : { $greeting }
check-server = vérifiez l’hôte, le port et le pare-feu
account-silent = { $name } ne répond pas
error = erreur : { $what }
warning = attention : { $what }
help-line = conseil : { $help }
at-place = { $place } : { $error }
quoted = « { $text } »
cannot-start = erreur : le programme ne peut pas démarrer : { $error }
standard-output = sortie standard : { $error }
standard-input = entrée standard : { $error }
value-listen = écrivez une adresse IP et un port : 127.0.0.1:{ $port } pour cette machine seulement, 0.0.0.0:{ $port } pour les autres aussi
value-rate = écrivez un nombre, une barre oblique et s, min ou h, comme 60/min
value-duration = écrivez un nombre suivi de ms, s, m ou h, comme 3s ou 1h30m
value-job-state = écrivez preparing, pending, running, paused, completed, failed ou cancelled
value-item-state = écrivez queued, running, succeeded, failed, unknown ou skipped
value-zone = écrivez un fuseau horaire, comme Europe/Paris
value-source-zone = écrivez un fuseau horaire, comme Europe/Paris, ou une partie du nom d’un journal et son fuseau, comme nginx=Europe/Paris
value-date = écrivez un jour comme 2025-01-31
value-rows = écrivez une ligne comme 17, plusieurs comme 175-190
n-message = { $n ->
    [one] { $n } message
   *[other] { $n } messages
}
n-row = { $n ->
    [one] { $n } ligne
   *[other] { $n } lignes
}
n-recipient = { $n ->
    [one] { $n } destinataire
   *[other] { $n } destinataires
}
n-record = { $n ->
    [one] { $n } ligne
   *[other] { $n } lignes
}
n-line = { $n ->
    [one] { $n } ligne
   *[other] { $n } lignes
}
n-problem = { $n ->
    [one] { $n } problème
   *[other] { $n } problèmes
}
n-secret = { $n ->
    [one] { $n } secret
   *[other] { $n } secrets
}
n-hit = { $n ->
    [one] { $n } ligne trouvée
   *[other] { $n } lignes trouvées
}
n-segment = { $n ->
    [one] { $n } segment
   *[other] { $n } segments
}
n-older-file = { $n ->
    [one] { $n } fichier plus ancien
   *[other] { $n } fichiers plus anciens
}
n-error = { $n ->
    [one] { $n } erreur
   *[other] { $n } erreurs
}
n-warning = { $n ->
    [one] { $n } avertissement
   *[other] { $n } avertissements
}
n-failed-row = { $n ->
    [one] { $n } ligne en échec
   *[other] { $n } lignes en échec
}
n-good-row = { $n ->
    [one] { $n } ligne correcte
   *[other] { $n } lignes correctes
}
n-failed = { $n } en échec
n-unknown = { $n ->
    [one] { $n } non confirmé
   *[other] { $n } non confirmés
}
n-skipped = { $n ->
    [one] { $n } ignoré
   *[other] { $n } ignorés
}
standing-both = { $state }, { $failed ->
    [one] { $failed } non remis
   *[other] { $failed } non remis
}, { $unknown ->
    [one] { $unknown } non confirmé
   *[other] { $unknown } non confirmés
}
ended-done = terminé
sent-of =  : { $sent ->
    [one] { $sent } envoyé
   *[other] { $sent } envoyés
} sur { $total }
took = , en { $time } ({ $rate }/s)
of-job = (tâche { $id })
of-recipient = { $address } :{" "}
going-on = reprise de { $n ->
    [one] { $n } tâche arrêtée
   *[other] { $n } tâches arrêtées
} avec leur processus (« vigie jobs »)
one-interrupted = une tâche a été interrompue ; pour la reprendre : vigie jobs resume { $id }
several-interrupted = { $n } tâches ont été interrompues ; pour les reprendre : vigie jobs resume TÂCHE (liste : « vigie jobs --state paused »)
waits = en attente de vigie serve
nothing-runs-it = rien ne l’exécute pour le moment : lancez vigie serve, ou le même envoi
processed = { $name } : { $state }, { $done } sur { $total } traités
more-rows = il y en a plus de { $n } : augmentez --limit, ou précisez la demande
matches = { $n ->
    [one] { n-record } correspond
   *[other] { n-record } correspondent
}
logs-none = aucune ligne trouvée
histogram-empty = … { $n ->
    [one] { $n } intervalle vide
   *[other] { $n } intervalles vides
}
import-kept = { n-record } de { $file } déjà { $n ->
    [one] importée
   *[other] importées
} ; la même commande reprend à la suite
import-kept-again = { n-record } de { $file } déjà { $n ->
    [one] importée
   *[other] importées
} ; la même commande, avec --again, reprend à la suite
import-total = { $formats }, { $records } pour { $lines } du fichier
import-span = , du { $first } au { $last } { $zone }
import-no-times =  ; aucune heure n’a pu être lue, `vigie logs format try FICHIER` propose un motif
import-bar = {"{"}bar:32.green/dim{"}"} {"{"}percent:>3{"}"} %  {"{"}bytes{"}"}/{"{"}total_bytes{"}"}  {"{"}bytes_per_sec{"}"}  reste {"{"}eta{"}"}  {"{"}msg{"}"}
what-comes-waits = ce qui arrive attend, et une nouvelle tentative suivra
kept-and-lost = { $kept } conservées auparavant ; les { $lost } suivantes et le reste ne l’ont pas été
limits-none-own = aucune limite propre
not-begun = l’envoi n’a pas commencé : il n’y a rien à reprendre, et rien n’a été envoyé
begins-all-the-same = l’envoi commence quand même, et continuera dès que le serveur le permettra
summary = { $messages } pour { $rows }, { $recipients } : { $eta }
right-password = relancez la même commande avec le bon mot de passe (à la demande, par VIGIE_SMTP_PASSWORD ou par --smtp-password-file)
correct-smtp = corrigez --smtp, puis relancez la même commande
ways-out = ajoutez --smtp smtp://utilisateur@mail.exemple.fr:587, ou gmail://utilisateur@domaine
header = { $name } : { $value }
attachment = { $name } ({ $mime }, { $n } octets)
preview-text = texte
dkim-key = clé DKIM { $name } : { $error }
choose-nothing = ne rien envoyer
choice = { $what } :
key-refused = { $file } : { $state } ; { $what }
trace-error = erreur
unit-days = jours
unit-megabytes = Mo
report-job = le rapport est envoyé par la tâche { $id }
state-preparing = en préparation
state-pending = en attente
state-running = en cours
state-paused = en pause
state-completed = terminé
state-failed = échec
state-cancelled = annulé
item-queued = en attente
item-running = en cours
item-succeeded = réussi
item-failed = échec
item-unknown = non confirmé
item-skipped = ignoré
on-unknown-hold = attendre une décision
on-unknown-repeat = recommencer
on-unknown-verify = vérifier
role-viewer = lecteur
role-operator = opérateur
role-admin = administrateur
scope-ingest = envoi de journaux
scope-releases = versions
scope-progress = suivi d’avancement
scope-read = lecture
scope-write = écriture
scope-admin = administration
verdict-ok = ok
verdict-warn = à voir
verdict-fail = échec
about-data-directory = dossier de données
about-owner = processus
about-running = fonctionnement
about-disk = disque
about-secret-key = clé secrète
about-time-zone = fuseau horaire
about-open-files = fichiers ouverts
about-database = base de données
about-integrity = intégrité
about-sending-journal = journal des envois
about-log-store = journaux
about-log-folder = dossier de journaux
about-account = compte
about-clock = horloge
about-source = source de journaux
about-certificate = certificat
about-backup = sauvegarde
clock-behind = elle retarde de { $behind } sur ce que Vigie a enregistré
clock-alone = rien ne la règle : elle peut dériver
clock-help = synchronisez l’horloge de la machine : « timedatectl set-ntp true », ou installez chrony
clock-synchronised = elle est synchronisée
clock-unknown = elle s’accorde avec ce que Vigie a enregistré ; ici, rien n’indique si elle est synchronisée
source-silent = { $source } : aucune ligne depuis 24 heures, { $n } dans les sept jours précédents
source-silent-help = vérifiez que le programme tourne, que son fichier est encore écrit, et ce que nomme [[collect]]
certificate-over = { $check } : il a expiré
certificate-ends = { $check } : il expire dans { $n ->
    [0] moins d’un jour
    [one] un jour
   *[other] { $n } jours
}
certificate-help = renouvelez-le, et vérifiez que son renouvellement est automatique
certificates-fine = { $n ->
    [one] celui qu’un contrôle voit est valable
   *[other] les { $n } que voient les contrôles sont valables
} encore 14 jours au moins
backup-none = aucune n’est faite
backup-none-help = indiquez [backup] folder dans vigie.toml : une sauvegarde est alors faite chaque nuit
backup-not-yet = aucune n’a encore été faite
backup-not-yet-help = vérifiez que « vigie serve » tourne ; « vigie backup » en fait une maintenant
backup-fails = la dernière a échoué : { $why }
backup-fails-help = vérifiez le dossier de [backup] et sa place libre ; « vigie backup » en fait une maintenant
backup-last = la dernière date du { $at }
column-id = identifiant
column-state = état
column-done = traités
column-failed = échecs
column-unknown = non confirmés
column-skipped = ignorés
column-created = créée le
column-name = nom
column-kind = type
column-application-name = application
column-flow-name = flux
column-created-by = créée par
column-task-type = type de tâche
column-task-id = identifiant externe
column-on-unknown = si non confirmé
column-message = message
column-level = niveau
column-line-time = date
column-fields = champs
column-reason = motif
column-total = total
column-succeeded = réussis
column-queued = en attente
column-running = en cours
column-created-at = créée le
column-started-at = commencée le
column-finished-at = terminée le
column-resumes-at = reprise le
column-row = n°
column-line = ligne
column-to = à
column-why = motif
column-account = compte
column-limits = limites
column-sending-attempts-in-24-hours = tentatives sur 24 heures
column-standing = situation
column-setting = réglage
column-value = valeur
column-from = origine
column-bytes = octets
column-written = écrit
column-file = fichier
column-table = table
column-rows = lignes
column-hash = empreinte
column-scope = droits
column-ends = expire le
column-last-used = dernière utilisation
column-at = date
column-s = s
column-comment = commentaire
column-role = rôle
column-last-here = dernière visite
semicolon = {" "};{" "}
reason-interrupted = interrompu
reason-daily-limit = le compte d’envoi a atteint sa limite sur 24 heures. Les messages restants sont en attente ; aucun n’est en échec pour cette raison
reason-defect = Vigie a mis cette tâche en pause à la suite d’une erreur interne. Consultez le journal de la tâche, puis reprenez
reason-not-started = la préparation a été interrompue et rien n’a été envoyé. Recommencez l’envoi
reason-not-prepared = la préparation a été interrompue et rien n’a été envoyé. Recommencez l’envoi
reason-account-missing = le compte d’envoi n’existe plus. Recréez-le sous le même nom, ou recommencez avec un autre compte
reason-account-url = les paramètres du compte d’envoi ne sont pas valides. Corrigez le compte, puis reprenez
reason-dkim-key-unreadable = la clé DKIM est illisible. Vérifiez le fichier et ses droits d’accès, puis reprenez
reason-scheduled = envoi programmé. Il commencera à l’heure prévue
reason-settings = les paramètres de la tâche ne sont pas valides. Le journal de la tâche indique lequel
reason-database = la base de données ne répond pas. La tâche reprend automatiquement dès qu’elle répond
reason-secret-key-missing = le mot de passe du compte d’envoi ne peut pas être déchiffré sur ce serveur. Saisissez-le de nouveau sur la page du compte, puis reprenez
reason-key-missing = le mot de passe du compte d’envoi ne peut pas être déchiffré sur ce serveur. Saisissez-le de nouveau sur la page du compte, puis reprenez
reason-secret-missing = le mot de passe du compte d’envoi ne peut pas être déchiffré sur ce serveur. Saisissez-le de nouveau sur la page du compte, puis reprenez
reason-paused = en pause jusqu’à ce qu’un utilisateur reprenne la tâche
reason-by-hand = arrêt demandé par un utilisateur
paused-by = mis en pause par { $name }
cancelled-by = annulé par { $name }

## Projets et problèmes

project-made = projet « { $name } » ; son programme se configure avec ce DSN :
project-paste = lignes à coller : { $path }
project-removed = projet « { $name } » supprimé ; ses événements sont en cours de suppression
project-kept = projet « { $name } » conservé
project-remove-sure = Supprimer le projet « { $name } », ses problèmes, ses événements et ses fichiers ? Cette action est définitive. [o/N]{" "}
project-remove-refused = projet « { $name } » non supprimé : personne ne peut confirmer ici
project-remove-refused-help = ajoutez --yes pour le supprimer sans confirmation
project-url-bad = --url : « { $url } » n’est pas une adresse où un programme joint Vigie
project-url-help = écrivez-la comme http://127.0.0.1:8787 ou https://vigie.exemple.fr
projects-none = aucun projet : vigie project create NOM
issues-none = aucun problème ne correspond
issue-where = { $culprit } · projet { $project }
issue-stands = état : { $state }
issue-counts = événements : { $events }, utilisateurs : { $users }
issue-seen = vu pour la première fois le { $first }, pour la dernière fois le { $last }
issue-error = { $kind } : { $said }
issue-call = { $file } dans { $function }
issue-calls-left-out = { $n ->
    [one] { $n } appel avant
   *[other] { $n } appels avant
}
issue-release = dernière version : { $release }
issue-resolved = { $issue } est résolu
issue-ignored = { $issue } est ignoré
issue-reopened = { $issue } est rouvert
issue-state-new = nouveau
issue-state-ongoing = en cours
issue-state-regressed = réapparu
issue-state-resolved = résolu
issue-state-ignored = ignoré
celery-no-broker = aucun broker : ajoutez [celery.NOM] avec broker = "redis://…" dans vigie.toml, puis redémarrez Vigie
celery-no-worker = aucun processus ne s’est manifesté
celery-no-queue = aucune queue Celery connue
celery-no-task = aucune tâche ne correspond
celery-connected = connecté
celery-connecting = connexion en cours
celery-away = injoignable
celery-online = en ligne
celery-offline = arrêté
celery-lost = perdu
celery-family = Tâches liées :
celery-purged = { $n ->
    [one] { $n } message a été supprimé
   *[other] { $n } messages ont été supprimés
}
celery-holds = { $n ->
    [one] rien n’a été supprimé : la queue contient { $n } message
   *[other] rien n’a été supprimé : la queue contient { $n } messages
}
celery-holds-none-help = la queue est vide, ou porte un autre nom : consultez leur liste
celery-holds-help = vérifiez-les, puis confirmez avec --messages { $n }
celery-order-failed = le broker a répondu par une erreur : { $error }
celery-answered = { $worker } : { $text }
celery-refused = { $worker } a refusé : { $text }
celery-beat-dry = rien n’a été créé : --apply crée ces planifications
celery-beat-kept = { $n ->
    [one] { $n } planification créée ; arrêtez beat maintenant, sinon chaque tâche sera envoyée deux fois
   *[other] { $n } planifications créées ; arrêtez beat maintenant, sinon chaque tâche sera envoyée deux fois
}
celery-beat-none = { $file } ne contient aucune planification de beat
celery-beat-none-help = écrivez les tables de django-celery-beat dans un fichier : python manage.py dumpdata django_celery_beat > beat.json
celery-beat-no-worker = aucun processus n’a indiqué de beat_schedule
celery-beat-left-out = non reprise : { $why }
celery-beat-paused = en pause, comme dans beat
celery-beat-lost = non repris : { $fields }
celery-beat-solar = Vigie ne planifie pas selon le soleil
celery-beat-often = plus d’une fois par seconde
celery-beat-once = un intervalle dont beat n’exécute qu’une fois ; indiquez plutôt une date
celery-beat-unread = { $what } n’a pas pu être lu
celery-told = l’ordre est donné ; aucun processus n’a répondu
celery-task-of = { $name } · { $state }
celery-task-id = identifiant { $id }, broker { $broker }
celery-task-seen = reçue le { $at }, processus { $worker }, durée { $time }
celery-task-args = arguments : { $args } { $kwargs }
celery-task-result = résultat : { $result }
celery-task-error = erreur : { $error }
releases-none = aucune version
releases-which = il y a plusieurs projets
releases-which-help = indiquez-en un avec --project : { $slugs }
releases-share = { $percent } %
release-of = { $version } · projet { $project }
release-seen = apparue { $first }, dernier événement { $last }
release-counts = événements : { $events }, nouveaux problèmes : { $issues }
release-sessions = sessions des 7 derniers jours : { $sessions }, sans plantage : { $crash_free }, utilisateurs sans plantage : { $users }
release-no-sessions = aucune session ces 7 derniers jours
release-artifacts = fichiers avec source maps : { $files }
release-deploy = déployée sur { $environment }, { $at }
column-issue = problème
column-broker = broker
column-last-event = dernier événement
column-address = adresse
column-error = erreur
column-worker = processus
column-pool = pool
column-active = en cours
column-processed = traitées
column-load = charge
column-queues = files
column-last-sign = dernier signe
column-queue = queue
column-waiting = en attente
column-fetched = prises
column-workers = processus
column-task = tâche
column-received = reçue
column-time = durée
column-arguments = arguments
column-release = version
column-adoption = adoption
column-sessions = sessions
column-crash-free-sessions = sessions sans plantage
column-crash-free-users = utilisateurs sans plantage
column-new-issues = nouveaux problèmes
column-first-seen = apparue le
column-events = événements
column-users = utilisateurs
column-last-seen = vu le
column-what = quoi
column-slug = identifiant
column-platform = plateforme
column-first-event = premier événement

### Planifications

value-missed = écrivez skip, once ou all
value-variable = un nom et une valeur : DJANGO_SETTINGS_MODULE=boutique.settings
value-overlap = écrivez skip, queue ou replace
schedule-kept = planification « { $name } » : { $said }
schedule-next = prochaine exécution : { $at }
schedule-nobody = rien ne s’exécute encore : « vigie serve » lance les exécutions à l’heure prévue
schedule-paused = la planification « { $name } » est en pause
schedule-started = la planification « { $name } » s’exécute ; « vigie jobs watch » affiche sa progression
schedule-removed = la planification « { $name } » est supprimée ; ses tâches restent
schedules-none = aucune planification : vigie schedule add NOM --when '0 8 * * MON' -- COMMANDE
schedules-kept = { $n ->
    [one] { $shown } planification enregistrée
   *[other] { $shown } planifications enregistrées
}
schedule-file-long = { $file } : fichier de planifications trop long
schedule-state-active = active
schedule-state-paused = en pause
schedule-state-ended = terminée
run-state-waiting = en attente
run-state-started = lancée
run-state-failed = non lancée
run-state-missed = manquée
run-state-skipped = ignorée
column-when = quand
column-expression = expression
column-zone = fuseau horaire
column-days-off = jours exclus
column-missed = exécutions manquées
column-overlap = chevauchement
column-last-run = dernière exécution
column-next-run = prochaine exécution
column-note = remarque
column-run = exécution
column-job = tâche
column-detail = détail
run-cannot-start = vigie run : { $program } ne peut pas démarrer : { $error }
run-not-reported = vigie run : l’exécution n’est pas signalée : { $data } : { $error }

## Alertes et canaux

alerts-none = tout va bien
alert-acknowledged = alerte prise en charge
alert-silenced = { $n ->
    [one] alerte en sourdine pendant { $n } minute
   *[other] alerte en sourdine pendant { $n } minutes
}
alert-state-pending = en attente
alert-state-firing = en cours
alert-state-resolved = résolue
alert-state-expired = terminée
alert-state-acknowledged = prise en charge par { $by }
severity-info = information
severity-warning = avertissement
severity-critical = critique
rule-on = activée
rule-off = désactivée
rule-saved = la règle { $id } est enregistrée
rule-previewed = { $n ->
    [one] se serait déclenchée { $n } fois ces 7 derniers jours
   *[other] se serait déclenchée { $n } fois ces 7 derniers jours
}
channels-none = il n’y a pas de canal : vigie channel add NOM --type slack
channel-made = canal « { $name } » créé : vigie channel test permet de l’essayer
channel-failing = en échec : { $why }
channel-works = dernier message { $at }
channel-unused = aucun message pour l’instant
channel-told = un test a été envoyé à « { $name } »
channel-not-told = le test n’a pas pu être remis à « { $name } » : { $error }
channel-deleted = canal « { $name } » supprimé
channel-missing = il n’y a pas de canal « { $name } »
channel-missing-help = vigie channel affiche ceux qui existent
column-severity = gravité
column-since = depuis
column-about = concerne

diagnose-no-time = la question n’indique aucune heure
diagnose-no-time-help = dites quand, comme « l’envoi s’est arrêté hier à 22h20 », ou avec --at 22:20
diagnose-not-a-time = « { $text } » n’est pas une date ou une heure passée
diagnose-no-answer = le diagnostic n’a pas de réponse : { $said }
diagnose-no-answer-help = posez de nouveau la question ; le journal de vigie serve en dit plus
mcp-input = l’entrée standard est illisible : { $error }
mcp-too-long = un message dépasse 1 Mo
diagnose-bundled = fichier écrit : { $path }
diagnose-bundle-asked = { $path } est un diagnostic emporté : il répond à la question pour laquelle il a été fait
diagnose-bundle-asked-help = n’indiquez pas de question : vigie diagnose --root FICHIER
diagnose-no-bundle = { $path } n’est pas un fichier écrit par vigie diagnose
diagnose-no-bundle-help = --root accepte un dossier lu comme /, ou un fichier écrit par --bundle
diagnose-newer-bundle = { $path } a été écrit par une version plus récente de Vigie (version { $n } du format)
diagnose-changed-bundle = { $path } n’est pas tel qu’il a été écrit : reprenez l’original
diagnose-window = la période se termine avant de commencer, ou dure plus de deux jours
diagnose-bad-list = { $path } : aucune colonne ne contient d’adresses e-mail
diagnose-list-unreadable = { $path } : la ligne { $line } n’est pas du CSV ; enregistrez de nouveau la liste en CSV
diagnose-list-too-many = { $path } : plus de { $n } lignes ; partagez la liste
diagnose-no-file = --logs { $pattern } : aucun fichier ne correspond
diagnose-no-file-help = écrivez le chemin tel qu’il est sous --root, entre guillemets : --logs "/srv/app/logs/*.log"
diagnose-not-written = { $path } n’est pas écrit : rien ne montre que l’envoi aux destinataires restants est sans risque
diagnose-not-written-help = le rapport en donne les raisons dans la partie sur la reprise ; posez de nouveau la question une fois ces points réglés
diagnose-written = { $n ->
    [one] { $path } : { $n } ligne écrite
   *[other] { $path } : { $n } lignes écrites
}
diagnose-no-dash = la sortie standard est réservée au rapport
diagnose-no-dash-help = indiquez un nouveau fichier au lieu de `-`
file-there = { $path } existe déjà
file-there-help = indiquez un autre fichier : rien n’est écrasé
diagnose-list-too-long = { $path } : la liste dépasse 64 Mo
backup-done = sauvegarde terminée dans { $folder } : { $n ->
    [one] un fichier
   *[other] { $n } fichiers
}, { $size }, vérifiée
backup-removed = { $n ->
    [one] une ancienne sauvegarde supprimée
   *[other] { $n } anciennes sauvegardes supprimées
}
backup-without-key = la clé secrète n’y figure pas, pour que vos mots de passe restent inutilisables par un tiers : gardez une copie de { $key } ailleurs
backup-no-folder = indiquez le dossier des sauvegardes
backup-no-folder-help = « vigie backup /mnt/sauvegardes », ou [backup] folder dans vigie.toml
setting-heartbeat = { $from } : [heartbeat] url : ce n’est pas une adresse qui puisse être appelée : écrivez https://…
heartbeat-setting = { $host }, chaque minute
backup-setting = { $folder }, chaque jour à { $at }, { $keep } conservées
backup-step-database = copie de la base de données
backup-step-files = copie des fichiers, { $size }
backup-step-verify = vérification, { $size }
backup-full-help = libérez de l’espace, ou choisissez un autre dossier
backup-damaged-help = lancez « vigie doctor » ; si la sauvegarde elle-même est endommagée, prenez-en une plus ancienne et contrôlez son disque
backup-busy-help = attendez qu’elle soit terminée
restore-nothing-help = indiquez un dossier dans lequel « vigie backup » a écrit
restore-not-empty = { $to } : ce dossier n’est pas vide
restore-not-empty-help = choisissez un autre dossier avec --to, ou ajoutez --replace, qui conserve l’ancien à côté
restore-of = sauvegarde du { $at }, { $data } sur { $host } : { $n ->
    [one] un fichier
   *[other] { $n } fichiers
}, { $size }, intacte
restore-held = Ces tâches n’étaient pas terminées. Elles seront en pause :
restore-schedules = { $n ->
    [one] Une planification sera en pause
   *[other] { $n } planifications seront en pause
}
restore-preview = rien n’a été modifié ; sans --dry-run, la sauvegarde est restaurée dans { $to }
restore-done = sauvegarde restaurée dans { $to }
restore-beside = l’ancien contenu se trouve maintenant dans { $place } : supprimez-le quand vous n’en avez plus besoin
restore-next = Rien n’est envoyé automatiquement. Les messages envoyés après le { $at } ne sont pas connus ici. Pour chaque tâche en pause, vérifiez ce que le compte d’envoi a envoyé depuis, puis reprenez-la ou annulez-la. Reprenez ensuite les planifications.
restore-no-key = la sauvegarde ne contient pas la clé secrète : placez-la dans { $place } (mode 600) avant de démarrer Vigie ; si elle est perdue, lancez « vigie doctor --accept-key » et saisissez à nouveau les mots de passe des comptes
restore-postgres = les données étaient dans PostgreSQL et sont maintenant dans vigie.db. Pour les placer dans une base PostgreSQL vide : sans « database » dans la configuration, « vigie --data { $to } migrate --to postgres://utilisateur@hôte/nom »
reason-restored = tâche issue d’une sauvegarde. Des messages ont pu être envoyés depuis : vérifiez ce que le compte a envoyé, puis reprenez ou annulez

# Checks.
column-90-days = 90 jours
column-last-heard = dernières nouvelles
column-expected = prochain signal
column-took = durée
column-text = texte
checks-none = aucun contrôle : `vigie check add sauvegarde --every 24h` en crée un
check-kept = contrôle { $name } enregistré
check-call = appelez cette adresse quand la tâche s’est bien terminée :
check-port = { $address } : écrivez un hôte et un port : mail.exemple.fr:25
check-floor = { $text } : écrivez un nom et un nombre : rows=100
check-stands = { $name } : { $state }
check-removed = contrôle { $name } supprimé
check-state-new = nouveau
check-state-up = en service
check-state-late = en retard
check-state-down = en échec
check-state-paused = en pause
check-why-missed = pas de nouvelles à temps
check-why-failed = a signalé un échec
check-why-exited = s’est terminé par une erreur, code
check-why-too-long = dure trop longtemps
check-why-too-little = a fait moins que prévu
check-why-unreachable = ne répond pas
check-why-refused = Vigie n’a pas le droit de joindre cette adresse
check-why-status = code de réponse inattendu
check-why-text = texte attendu introuvable
check-why-slow = trop lent
check-why-certificate = certificat non valide ou bientôt expiré
check-why-redirects = trop de redirections
check-why-name = mène à une autre adresse

sync-kept = { $name } est enregistrée : configuration { $number }
sync-no-source = { $name } : ni --source et --target, ni [sync.{ $name }] dans vigie.toml n’indiquent les instances
sync-no-source-help = vigie sync add NOM --source URL --target URL
syncs-none = aucune configuration : vigie sync add NOM --source URL --target URL
sync-check-good = les deux instances répondent, rien n’empêche une exécution
sync-planned = le plan { $id } est enregistré ; pour écrire exactement cela : vigie sync run { $name } --plan { $id }
sync-plan-refused = la cible en refuserait { $count }
sync-plan-unasked = { $count } données Tracker n’ont pas pu être validées : la cible n’a pas encore leurs métadonnées ; synchronisez d’abord les métadonnées
sync-plan-held = davantage serait supprimé que ce que les exécutions suppriment d’elles-mêmes ({ $types }) : exécuter ce plan le fait
sync-map-unread = { $file } ne peut pas être lu : { $error }
sync-map-line = { $file }:{ $line } : indiquez le type, l’identifiant ou le code de la source, l’identifiant de la cible
sync-begun = l’exécution { $id } a commencé : vigie sync status indique où elle en est
sync-succeeded = les deux côtés sont égaux : { $count } objets et valeurs écrits puis relus
sync-failed = l’exécution a échoué : { $problem }
sync-started = { $name } s’exécute désormais automatiquement
sync-started-manual = { $name } est démarrée, mais son mode est manuel : rien ne commence automatiquement. Pour la rendre automatique : vigie sync add --automatic
sync-stopped = { $name } ne s’exécute plus automatiquement
sync-no-runs = aucune exécution pour l’instant
sync-more = et { $count } de plus
sync-equal = les deux côtés sont égaux
sync-different = les deux côtés diffèrent

check-crontab = dans une crontab :
check-no-data = pas encore de données
check-published = { $name } est sur la page de statut publique : { $url }
check-published-off = { $name } sera sur la page de statut publique, qui n’est pas publiée : `vigie check status-page --on` la publie
check-hidden = { $name } n’est pas sur la page de statut publique
status-page-on = la page de statut publique affiche { $n ->
    [one] { $n } contrôle :
   *[other] { $n } contrôles :
}
status-page-off = la page de statut publique n’est pas publiée : `vigie check status-page --on` la publie
maintenances-none = aucune maintenance prévue : `vigie maintenance add "mise à jour" --for 2h` en prévoit une
maintenance-everything = tout
maintenance-kept = maintenance { $name } prévue, du { $from } au { $until }
maintenance-ended = maintenance { $name } terminée
maintenance-unknown = aucune maintenance prévue ne s’appelle { $name }
maintenance-day = { $text } : écrivez les jours ainsi : lun,mar,mer,jeu,ven,sam,dim ou quotidien
maintenance-state-now = en cours
maintenance-state-planned = prévue
maintenance-state-over = terminée
column-starts = début
column-until = fin
column-maintenance = maintenance jusqu’au
column-public = nom public
column-crontab = ligne de crontab

### Les messages que des programmes confient à Vigie.

submission-resent = le message { $id } va être renvoyé
submission-released = le message { $id } va être envoyé
submission-of = { $subject } · { $state }
submission-job = tâche { $job }, élément { $n }
submission-at = reçu { $at }, tentatives : { $tries }
submission-from = de { $from } à { $to }
submission-next = prochaine tentative { $at }
submission-gone = le contenu n’est plus conservé
submission-file = fichier { $name }, { $bytes } octets
submission-none = le port n’est pas configuré : il n’y a pas de [submission] dans les réglages
submission-none-help = ajoutez [submission] avec listen = "127.0.0.1:2525" dans vigie.toml, puis redémarrez Vigie
submission-no-account = il n’y a aucun compte d’envoi : rien ne pourrait partir
submission-no-account-help = ajoutez-en un sur la page Comptes, ou avec `vigie send`
submission-account = il n’y a pas de compte d’envoi { $name }
submission-account-help = corrigez account ({ $place }), ou ajoutez ce compte
submission-accounts = il y a plusieurs comptes d’envoi, et aucun n’est indiqué
submission-accounts-help = indiquez-en un : account = "…" sous [submission] dans vigie.toml
submission-step-account = ✓ compte d’envoi : { $name }
submission-away = le port { $address } est injoignable : { $error }
submission-away-help = démarrez `vigie serve` ; s’il tourne déjà, redémarrez-le pour qu’il lise [submission]
submission-step-port = ✓ le port répond : { $address }
submission-step-taken = ✓ message reçu : { $id }
submission-step-sent = ✓ remis au serveur de messagerie pour { $to }
submission-not-sent = le message a été reçu, mais pas envoyé ({ $state }) : { $detail }
submission-not-sent-help = voir `vigie submission show { $id }` ; vérifiez le compte sur la page Comptes
submission-subject = Test de Vigie
submission-text = Ce message a été confié à Vigie par « vigie submission test ». Si vous le lisez, tout fonctionne.
submission-cut = le port n’a pas répondu à { $said } : { $error }
submission-cut-help = consultez le journal de `vigie serve` ; un autre programme utilise peut-être ce port
submission-refused = le port a refusé { $said } : { $reply }
submission-refused-help = corrigez ce que dit la réponse, puis recommencez
submission-state-queued = en attente
submission-state-running = en cours d’envoi
submission-state-succeeded = envoyé
submission-state-failed = en échec
submission-state-unknown = incertain
submission-state-skipped = ignoré
format-known = format reconnu : { $format } ; aucun motif n’est nécessaire
format-wrong = motif inutilisable : { $error }
format-wrong-help = « vigie logs format try FICHIER --pattern … » montre ce qu’un motif donne sur les lignes
format-none = aucune ligne n’a de date ni de niveau reconnus : aucun motif ne peut être proposé
format-none-help = donnez-en un avec --pattern, par exemple « %{"{"}time{"}"} %{"{"}level{"}"} %{"{"}message{"}"} »
format-fits = { $fitting } lignes sur { $lines } correspondent ; { $timed } avec une date, { $graded } avec un niveau
format-no-fit = (ne correspond pas)
format-fits-nothing = le motif ne correspond à aucune ligne du fichier
format-exists = un format nommé « { $name } » existe déjà dans vigie.toml
format-exists-help = choisissez un autre nom, ou modifiez le motif existant
format-kept = enregistré dans { $file } : redémarrez « vigie serve » pour l’utiliser. « vigie logs import --again » relit avec ce format les lignes déjà importées
format-not-kept = { $file } ne peut pas recevoir le format : { $error }
format-not-kept-help = ajoutez-le vous-même :
    { $table }
context-json = --context affiche les lignes d’un fichier pour être lues
context-json-help = retirez --json, ou --context
ledger-damaged = { $file } : { $n ->
    [one] une ligne est endommagée ; le fichier qu’elle indiquait serait importé à nouveau
   *[other] { $n } lignes sont endommagées ; les fichiers qu’elles indiquaient seraient importés à nouveau
}
collect-nothing = { $place } : aucun fichier ne correspond à « { $pattern } » : vérifiez le motif, et que cet utilisateur peut lire le dossier
column-no = n°
column-source = source
column-target = cible
column-begun = début
column-ended = fin
column-errors = non écrits
column-conflicts = conflits
column-conflict = conflits
column-problem = motif
column-type = type
column-create = à créer
column-update = à modifier
column-delete = à supprimer
column-equal = identiques
column-kept = laissés
column-extra = cible seule
sync-phase-planning = comparaison
sync-phase-metadata = écriture des métadonnées
sync-phase-planning-values = comparaison des valeurs
sync-phase-values = écriture des valeurs
sync-phase-planning-completeness = comparaison de la complétude
sync-phase-completeness = écriture de la complétude
sync-phase-planning-tracker = comparaison du tracker
sync-phase-tracker = écriture du tracker
sync-phase-succeeded = réussie
sync-phase-failed = en échec
