## The logs: search

menu-logs = Journaux
menu-files = Fichiers de log
pager-previous = Page précédente
explore-q = Chercher dans les journaux
explore-placeholder = Mots, "phrases", level>=warning, champ:valeur …
explore-search = Chercher
explore-range = Sur quelle durée
range-15m = 15 min
range-1h = 1 h
range-24h = 24 h
range-7d = 7 j
range-all = Tout
range-own = De … à …
range-from = De
range-to = À
range-zone = Fuseau horaire : { $zone }. Un champ vide ne borne rien.
range-unread = « { $text } » n’est pas une date avec une heure. Écrivez par exemple 2025-01-31T14:00.
range-show = Montrer cette durée
explore-help = Ce qu’on peut écrire ici
help-word = les lignes qui ont ce mot, en majuscules ou minuscules
help-phrase = ces mots l’un après l’autre
help-prefix = les mots qui commencent ainsi
help-substring = ce texte n’importe où, même à l’intérieur d’un mot
help-regex = une expression régulière
help-field = les lignes dont le champ a cette valeur
help-level = de ce niveau ou d’un niveau plus grave
help-number = dont le nombre est plus grand
help-not = les lignes où cela ne figure pas
help-or = l’un ou l’autre
help-brackets = des parenthèses
help-time = depuis ce délai ; au cours d’un jour, d’une heure …
help-stats = des comptes et des moyennes à la place des lignes
help-sort = les plus grands d’abord, et dix seulement
explore-saved = Enregistrées
explore-saved-none = Aucune recherche n’est enregistrée. Cherchez quelque chose, puis donnez-lui un nom.
explore-saved-name = Nom de cette recherche
explore-saved-save = Enregistrer
explore-saved-delete = Oublier « { $name } »
explore-saved-nameless = La recherche n’a pas de nom : elle n’est pas enregistrée. Revenez en arrière et donnez-lui un nom.
explore-saved-long = Le nom dépasse { $most } caractères. Revenez en arrière et raccourcissez-le.
explore-saved-gone = Cette recherche n’existe pas : elle est peut-être déjà oubliée.
explore-saved-done = La recherche est enregistrée.
explore-saved-full = { $n ->
    [one] La recherche n’est pas enregistrée : il y en a déjà { $shown }. Oubliez-en une d’abord.
   *[other] La recherche n’est pas enregistrée : il y en a déjà { $shown }. Oubliez-en une d’abord.
}
explore-export = Exporter
export-text = Texte, tel que reçu
export-jsonl = Lignes JSON
export-csv = CSV
explore-live = En direct
explore-as-of = · sans les lignes qui arrivent
explore-live-on = Les nouvelles lignes s’affichent à leur arrivée.
explore-live-stop = Arrêter
explore-live-lost = Connexion perdue, nouvel essai …
explore-new-one = 1 nouvelle ligne
explore-new-many = %n% nouvelles lignes
explore-missed-one = 1 ligne est arrivée trop vite pour être affichée ici. La recherche la trouve : rechargez la page.
explore-missed-many = %n% lignes sont arrivées trop vite pour être affichées ici. La recherche les trouve : rechargez la page, puis passez aux pages suivantes.
explore-lines-n = { $n ->
    [one] { $shown } ligne
   *[other] { $shown } lignes
}
explore-per-step = une barre vaut { $step }
explore-bar = { $from } à { $until } : { $lines }
explore-as-table = En tableau
explore-over-time = Lignes au fil du temps
explore-from = À partir de
explore-lines = Lignes
legend-error = erreur
legend-fine = autres
level-trace = trace
level-debug = débogage
level-info = info
level-warning = alerte
level-error = erreur
level-critical = critique
field-level = Niveau
field-source = Source
explore-facets = Champs de ces lignes
explore-many-values = Trop de valeurs pour les compter.
explore-only = Seulement
explore-without = Sans
explore-results = Lignes trouvées
explore-table = Résultat
explore-cut = { " … " }{ $bytes } octets
explore-cut-script = … %n% octets
explore-no-match = Aucune ligne ne correspond
explore-no-match-help = Essayez moins de mots, une autre durée, ou *texte* pour une partie d’un mot.
explore-wider = Chercher sur toute la durée
explore-empty = Aucune ligne n’a encore été recueillie
explore-empty-help = Envoyez des lignes depuis un programme, ou nommez des fichiers que Vigie doit suivre. On peut les chercher aussitôt.
explore-empty-source = essai
explore-empty-message = Bonjour
explore-empty-http = Depuis n’importe quel programme
explore-empty-import = Un fichier qui est déjà là
explore-begin = Recueillez vos premiers journaux
explore-begin-help = Pour l’instant il n’y a que ce que Vigie dit de lui-même. Voici trois façons d’en faire venir d’autres ; cet encart disparaît dès qu’il y a autre chose.
doubt-no-field = aucune ligne n’a de champ « { $name } ».
doubt-equals = est cherché comme des mots ; on demande un champ avec deux-points.
doubt-as-written = est comparé tel qu’il est écrit.
doubt-part-of-source = est comparé en entier, et la source d’un fichier est son chemin.
doubt-in-fields = n’est dans aucun message ; on cherche dans les champs avec *:
doubt-level = est cherché comme un mot ; on demande un niveau avec level:
doubt-meant = Vouliez-vous dire :
explore-facets-part = Comptés en partie.
explore-empty-files = Depuis des fichiers et le journal du système
explore-keys = / pour chercher, j et k pour se déplacer, Entrée pour ouvrir, Échap pour fermer
explore-oldest-first = Les plus anciennes d’abord
explore-newest-first = Les plus récentes d’abord
explore-context = Lignes autour
explore-job = Sa tâche
explore-trace = Sa trace
explore-whole = Message entier
explore-whole-download = Le message entier
explore-open-failed = Cette ligne ne peut pas être ouverte pour l’instant.
explore-record = Une ligne des journaux
explore-gone = Aucune ligne n’a le numéro « { $seq } ». Elle est peut-être plus ancienne que ce qui est conservé, ou l’adresse est incomplète.
explore-message = Message
explore-around = Autour, dans la même source
explore-alone = Il n’y a rien d’autre dans cette source.
explore-earlier = Lignes précédentes
explore-later = Lignes suivantes
explore-same-source = Toute cette source
partial-cancelled = La recherche a manqué de temps, et ceci n’est pas tout. Choisissez une durée plus courte, ou ajoutez un mot.
partial-damaged = { $n ->
    [one] Des lignes manquent : { $shown } partie endommagée du stockage, un bloc ou tout un fichier de blocs, n’a pas pu être lue. « vigie doctor » en dit plus.
   *[other] Des lignes manquent : { $shown } parties endommagées du stockage, blocs ou fichiers entiers de blocs, n’ont pas pu être lues. « vigie doctor » en dit plus.
}
partial-undeleted = Des lignes supprimées peuvent s’afficher : leur liste est endommagée. « vigie doctor » en dit plus.
partial-groups = { $n ->
    [one] { $shown } ligne n’est dans aucun groupe : il y en avait trop.
   *[other] { $shown } lignes ne sont dans aucun groupe : il y en avait trop.
}
partial-memory = La recherche avait besoin de plus que les { $most } de mémoire qui lui reviennent.
partial-rows = { $n ->
    [one] Seule la première ligne est affichée.
   *[other] Seules les { $shown } premières lignes sont affichées.
}

## What is wrong with a query

fault-too-long = La recherche dépasse { $most } octets
fault-too-many-terms = La recherche a plus de { $most } conditions
fault-too-deep = Plus de { $most } parenthèses sont imbriquées
fault-too-many-pipes = Il y a plus de { $most } étapes ou noms
fault-quote-open = Le guillemet n’est pas fermé
fault-bracket-open = La parenthèse n’est pas fermée
fault-bracket-stray = La parenthèse n’a jamais été ouverte
fault-bracket-empty = Rien entre les parenthèses
fault-pipe-in-brackets = « | » se trouve entre parenthèses
fault-nothing-behind = « { $text } » n’a rien derrière
fault-nothing-before = « { $text } » n’a rien devant
fault-no-value = « { $text } » n’a pas de valeur
fault-empty-phrase = La phrase est vide
fault-star-inside = « * » se trouve à l’intérieur d’un mot
fault-bad-regex = L’expression est illisible ({ $text })
fault-not-a-number = « { $text } » n’est pas un nombre
fault-not-a-level = « { $text } » n’est pas un niveau
fault-no-level-there = Il n’y a pas de niveau au-delà
fault-not-a-time = « { $text } » n’est pas un moment
fault-not-a-duration = « { $text } » n’est pas une durée
fault-unknown-pipe = Il n’y a pas d’étape « { $text } »
fault-unknown-aggregate = Il n’y a pas de calcul « { $text } »
fault-needs-field = « { $text } » ne dit pas de quel champ
fault-name-missing = Il manque un nom
fault-not-a-limit = « { $text } » n’est pas un nombre de lignes
fault-left-over = « { $text } » n’est pas compris ici
fault-remedy-shorten = raccourcissez-la
fault-remedy-quote = fermez-le par "
fault-remedy-bracket = fermez-la par )
fault-remedy-stray = effacez-la, ou mettez-la entre guillemets
fault-remedy-empty = écrivez-y ce que vous cherchez, ou mettez-les entre guillemets
fault-remedy-pipe = écrivez OR entre les possibilités, ou "|" pour le chercher
fault-remedy-complete = complétez, ou écrivez-le en minuscules pour le chercher
fault-remedy-value = mettez-la juste derrière, comme app:nginx, ou le tout entre guillemets pour le chercher
fault-remedy-phrase = écrivez ce qu’il faut chercher entre les guillemets
fault-remedy-star = mettez-la au bout, comme pay*, ou écrivez une expression, comme /pay.*late/
fault-remedy-regex = corrigez-la, ou mettez le texte entre guillemets pour le chercher
fault-remedy-number = écrivez-en un, comme status>=500
fault-remedy-level = écrivez trace, debug, info, warning, error ou critical
fault-remedy-level-there = choisissez-en un entre trace et critical
fault-remedy-time = écrivez 2026-11-17, 2026-11-17T08:30, today, ou 1h pour il y a une heure
fault-remedy-edge = écrivez 2025-01-31T14:00:00Z, 2025-01-31, ou 15m, 1h, 7d pour remonter d’autant ; d’ici là, il n’en est pas tenu compte
fault-empty-range = Rien ne peut se trouver dans cette durée : elle finit avant de commencer, ou au même instant
fault-remedy-range = mettez le temps le plus ancien au début
fault-remedy-duration = écrivez un nombre et s, m, h, d ou w, comme 5m
fault-remedy-step = écrivez stats, sort, limit ou fields ; ou OR entre les possibilités ; ou "|" pour le chercher
fault-remedy-aggregate = écrivez count(), avg(x), min(x), max(x), sum(x), p95(x) ou uniq(x)
fault-remedy-field = nommez-le entre parenthèses, comme avg(duration_ms)
fault-remedy-name = écrivez le nom d’un champ, entre guillemets s’il a des espaces
fault-remedy-limit = écrivez un nombre entier, comme limit 100
fault-remedy-left-over = effacez, ou séparez les noms par des virgules

## Log files

files-lead = Les fichiers des dossiers configurés, tels qu’ils sont sur le disque.
files-all = Fichiers
files-last = Dernières lignes
files-search = Chercher dans les fichiers
files-none = Aucun fichier de log pour l’instant
files-none-help = Un fichier apparaît dès qu’un programme l’écrit dans un de ces dossiers.
files-name = Fichier
files-folder = Dans le dossier
files-job = sa tâche
files-size = Taille
files-modified = Dernière écriture
files-view = Voir
files-download = Télécharger
files-clear = Vider
files-clear-title = Vider { $name } ?
files-clear-text = Le fichier est vidé. Son contenu est gardé une fois à côté, compressé, à la place d’une copie plus ancienne.
files-clear-sure = Vider le fichier
files-cleared = { $name } est vidé. Son contenu a été gardé.
files-cleared-empty = { $name } est vide.
files-kept = Ce qui a été gardé
files-left-out = { $n ->
    [one] { $shown } fichier n’est pas affiché : il y en a trop.
   *[other] { $shown } fichiers ne sont pas affichés : il y en a trop.
}
files-unread = Le dossier { $name } ne peut pas être lu : { $why }
files-unreadable = { $name } ne peut pas être lu.
files-unknown = Il n’y a pas de fichier de log nommé « { $name } ».
files-lines = Lignes de ce fichier
files-last-n = { $n ->
    [one] dernière ligne
   *[other] { $shown } dernières
}
files-last-lead = { $n ->
    [one] La dernière ligne des fichiers surveillés, ou des derniers écrits.
   *[other] Les { $shown } dernières lignes des fichiers surveillés, ou des derniers écrits.
}
files-reload = Recharger
files-to-end = À la fin
files-follow = Suivre
files-anew = Le fichier a été vidé ou remplacé ; la suite est nouvelle.
files-cut = Ce n’est pas tout ce qui était demandé : les lignes sont trop longues pour être affichées à la fois.
files-empty = Ce fichier est vide
files-search-lead = Un texte dans tous les fichiers, compressés compris.
files-query = Texte à chercher
files-language = dans la langue de la recherche de journaux
files-no-steps = Les étapes après | ne comptent pas dans les fichiers : leurs lignes sont montrées telles quelles. La recherche dans les journaux fait des tableaux.
files-choose = Dans certains fichiers seulement
files-searched = { $matches } trouvées dans { $lines } lignes ({ $bytes })
files-many-hits = { $n ->
    [one] Seule la première ligne est affichée. Cherchez quelque chose de plus rare.
   *[other] Seules les { $shown } premières lignes sont affichées. Cherchez quelque chose de plus rare.
}
deed-log-clear = A vidé un fichier de log
deed-logs-delete = A supprimé des lignes de log
