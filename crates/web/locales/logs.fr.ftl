## The logs: search

menu-logs = Journaux
menu-files = Fichiers journaux
pager-previous = Page précédente
explore-q = Rechercher dans les journaux
explore-placeholder = Mots, "phrases", level>=warning, champ:valeur…
explore-search = Rechercher
explore-range = Période
range-15m = 15 min
range-1h = 1 h
range-24h = 24 h
range-7d = 7 j
range-all = Tout
range-own = Période personnalisée
range-from = Du
range-to = Au
range-zone = Fuseau horaire : { $zone }. Laissez un champ vide pour une période ouverte.
range-unread = « { $text } » n’est pas une date et une heure valides. Utilisez ce format : 2025-01-31T14:00.
range-show = Appliquer la période
explore-help = Syntaxe de recherche
help-word = les lignes qui contiennent ce mot, en majuscules ou minuscules
help-phrase = ces mots dans cet ordre
help-prefix = les mots qui commencent par ce texte
help-substring = ce texte n’importe où, même à l’intérieur d’un mot
help-regex = une expression régulière
help-field = les lignes dont le champ a cette valeur
help-level = ce niveau ou un niveau plus grave
help-number = les lignes dont le nombre est supérieur
help-not = les lignes qui ne contiennent pas ce mot
help-or = les lignes qui remplissent l’une des conditions
help-brackets = des conditions groupées
help-time = les lignes des 90 dernières minutes ; les lignes de ce jour
help-stats = des totaux et des moyennes à la place des lignes
help-sort = les plus grandes valeurs d’abord, dix lignes seulement
explore-saved = Recherches enregistrées
explore-schedule = Planifier
explore-saved-none = Aucune recherche enregistrée. Lancez une recherche, puis donnez-lui un nom.
explore-saved-name = Nom de la recherche
explore-saved-save = Enregistrer la recherche
explore-saved-delete = Supprimer « { $name } »
explore-saved-nameless = La recherche n’a pas été enregistrée : elle n’a pas de nom. Revenez en arrière et saisissez un nom.
explore-saved-long = Le nom dépasse { $most } caractères. Revenez en arrière et raccourcissez-le.
explore-saved-gone = Cette recherche enregistrée n’existe plus.
explore-saved-done = Recherche enregistrée.
explore-saved-full = { $n ->
    [one] La recherche n’a pas été enregistrée : vous en avez déjà { $shown }, le maximum autorisé. Supprimez-en une d’abord.
   *[other] La recherche n’a pas été enregistrée : vous en avez déjà { $shown }, le maximum autorisé. Supprimez-en une d’abord.
}
explore-export = Exporter
export-text = Texte, tel que reçu
export-jsonl = JSON (un objet par ligne)
export-csv = CSV
explore-live = En direct
explore-as-of = · nouvelles lignes non comptées
explore-live-on = Les nouvelles lignes s’affichent à leur arrivée.
explore-live-stop = Arrêter
explore-live-lost = Connexion perdue. Reconnexion…
explore-new-one = 1 nouvelle ligne
explore-new-many = %n% nouvelles lignes
explore-missed-one = 1 ligne est arrivée trop vite pour être affichée. Rechargez la page pour la trouver.
explore-missed-many = %n% lignes sont arrivées trop vite pour être affichées. Rechargez la page, puis parcourez les pages suivantes pour les trouver.
explore-lines-n = { $n ->
    [one] { $shown } ligne
   *[other] { $shown } lignes
}
explore-per-step = une barre = { $step }
explore-bar = { $from } à { $until } : { $lines }
explore-as-table = Afficher sous forme de tableau
explore-over-time = Lignes au fil du temps
explore-from = À partir de
explore-lines = Lignes
legend-error = erreur
legend-fine = autres
level-trace = trace
level-debug = débogage
level-info = info
level-warning = avertissement
level-error = erreur
level-critical = critique
field-level = Niveau
field-app = Application
field-source = Source
explore-facets = Champs de ces lignes
explore-many-values = Trop de valeurs pour les compter.
explore-only = Uniquement
explore-without = Exclure
explore-results = Lignes correspondantes
explore-table = Résultat
explore-patterns = Lignes semblables, comptées ensemble
patterns-trend = Tendance
patterns-pattern = Texte commun
patterns-last = Dernière ligne
patterns-example = Exemple :
help-patterns = lignes semblables comptées ensemble
help-kind-span = les durées des requêtes et des tâches, par point d’accès
help-kind-error = les erreurs signalées par les applications
explore-cut = { " … " }{ $bytes } octets
explore-cut-script = … %n% octets
explore-no-match = Aucune ligne trouvée
explore-no-match-help = Essayez moins de mots, une période plus longue, ou *texte* pour une partie d’un mot.
explore-wider = Rechercher sur toute la période
explore-empty = Aucun journal collecté pour le moment
explore-empty-help = Envoyez des journaux depuis un programme, ou choisissez des fichiers à suivre. La recherche est possible immédiatement.
explore-empty-source = test
explore-empty-message = Bonjour
explore-empty-http = Depuis n’importe quel programme
explore-empty-import = Un fichier existant
explore-begin = Collectez vos premiers journaux
explore-begin-help = Pour le moment, seuls les journaux de Vigie sont collectés. Voici trois façons d’en ajouter. Ce message disparaît dès que d’autres journaux arrivent.
doubt-no-field = aucune ligne n’a de champ « { $name } ».
doubt-equals = est recherché comme des mots. Pour rechercher un champ, utilisez deux-points.
doubt-as-written = doit correspondre exactement, majuscules et minuscules comprises.
doubt-part-of-source = doit correspondre à la source entière. La source d’un fichier est son chemin.
doubt-in-fields = n’est dans aucun message. Pour rechercher aussi dans les champs, utilisez *:
doubt-level = est recherché comme un mot. Pour rechercher un niveau, utilisez level:
query-wrong = { $what } : { $remedy }
query-wrong-part = « { $part } » : { $what }, { $remedy }
query-doubt = « { $part } » : { $what }
query-doubt-meant = « { $part } » : { $what } Vouliez-vous dire « { $instead } » ?
doubt-meant = Vouliez-vous dire
doubt-meant-end =  ?
explore-facets-part = Décompte partiel.
explore-empty-files = Depuis des fichiers et le journal du système
explore-keys = / pour rechercher, j et k pour se déplacer, Entrée pour ouvrir, Échap pour fermer
explore-oldest-first = Les plus anciennes d’abord
explore-newest-first = Les plus récentes d’abord
explore-context = Afficher le contexte
explore-job = Voir la tâche
explore-trace = Voir la trace
explore-whole = Message complet
explore-whole-download = Télécharger le message complet
explore-open = Ouvrir cette ligne
explore-time = Date
explore-columns = Colonnes
explore-columns-lead = Colonnes, avec leur largeur en caractères
explore-columns-width = Largeur de
explore-columns-more = Autres champs, séparés par des virgules
explore-columns-show = Appliquer les colonnes
explore-columns-usual = Réinitialiser les colonnes
explore-open-failed = Cette ligne ne peut pas être ouverte pour le moment. Réessayez.
explore-record = Ligne de journal
explore-gone = La ligne « { $seq } » est introuvable. Elle a peut-être été supprimée à la fin de sa durée de conservation, ou l’adresse est incomplète.
explore-message = Message
explore-around = Contexte dans la même source
explore-alone = Cette source n’a pas d’autre ligne.
explore-earlier = Lignes précédentes
explore-later = Lignes suivantes
explore-same-source = Toutes les lignes de cette source
partial-cancelled = La recherche a dépassé le temps imparti : les résultats sont incomplets. Choisissez une période plus courte, ou ajoutez un mot.
partial-damaged = { $n ->
    [one] Les résultats sont incomplets : { $shown } partie endommagée du stockage des journaux n’a pas pu être lue. Lancez « vigie doctor » pour en savoir plus.
   *[other] Les résultats sont incomplets : { $shown } parties endommagées du stockage des journaux n’ont pas pu être lues. Lancez « vigie doctor » pour en savoir plus.
}
partial-undeleted = Des lignes supprimées peuvent apparaître : la liste des suppressions est endommagée. Lancez « vigie doctor » pour en savoir plus.
partial-groups = { $n ->
    [one] Il y avait trop de groupes. { $shown } ligne n’est pas comptée.
   *[other] Il y avait trop de groupes. { $shown } lignes ne sont pas comptées.
}
partial-memory = La recherche a dépassé sa limite de mémoire de { $most }.
explore-future = { $n ->
    [one] { $shown } ligne est datée dans le futur.
   *[other] { $shown } lignes sont datées dans le futur.
}
partial-rows = { $n ->
    [one] Seule la première ligne est affichée.
   *[other] Seules les { $shown } premières lignes sont affichées.
}

## What is wrong with a query

fault-too-long = La recherche dépasse { $most } octets
fault-too-many-terms = La recherche a plus de { $most } conditions
fault-too-deep = Il y a plus de { $most } niveaux de parenthèses
fault-too-many-pipes = Il y a plus de { $most } étapes ou noms
fault-quote-open = Un guillemet n’est pas fermé
fault-bracket-open = Une parenthèse n’est pas fermée
fault-bracket-stray = Cette parenthèse fermante n’a pas de parenthèse ouvrante
fault-bracket-empty = Les parenthèses sont vides
fault-pipe-in-brackets = « | » ne peut pas être utilisé entre parenthèses
fault-nothing-behind = « { $text } » doit être suivi d’une condition
fault-nothing-before = « { $text } » doit être précédé d’une condition
fault-no-value = « { $text } » n’a pas de valeur
fault-empty-phrase = Les guillemets sont vides
fault-star-inside = « * » ne peut pas être utilisé à l’intérieur d’un mot
fault-bad-regex = Cette expression régulière n’est pas valide
fault-not-a-number = « { $text } » n’est pas un nombre
fault-not-a-level = « { $text } » n’est pas un niveau
fault-no-level-there = Aucun niveau n’existe au-delà de celui-ci
fault-not-a-time = « { $text } » n’est pas une date ou une heure
fault-not-a-duration = « { $text } » n’est pas une durée
fault-unknown-pipe = L’étape « { $text } » n’existe pas
fault-unknown-aggregate = La fonction « { $text } » n’existe pas
fault-needs-field = « { $text } » doit être suivi d’un champ
fault-name-missing = Il manque un nom
fault-not-a-limit = « { $text } » n’est pas un nombre de lignes
fault-left-over = « { $text } » n’est pas valide ici
fault-remedy-shorten = raccourcissez-la
fault-remedy-quote = fermez-le par "
fault-remedy-bracket = fermez-la par )
fault-remedy-stray = supprimez-la, ou mettez-la entre guillemets
fault-remedy-empty = écrivez une condition à l’intérieur, ou mettez les parenthèses entre guillemets
fault-remedy-pipe = écrivez OR entre les possibilités, ou "|" pour rechercher le caractère
fault-remedy-complete = ajoutez une condition, ou écrivez le mot en minuscules pour le rechercher
fault-remedy-value = écrivez-la juste après les deux-points, comme app:nginx, ou mettez le texte entier entre guillemets
fault-remedy-phrase = écrivez entre eux le texte à rechercher
fault-remedy-star = placez-la au début ou à la fin, comme pay*, ou écrivez une expression régulière, comme /pay.*late/
fault-remedy-regex = corrigez-la, ou mettez le texte entre guillemets
fault-remedy-number = écrivez un nombre, comme status>=500
fault-remedy-level = utilisez trace, debug, info, warning, error ou critical
fault-remedy-level-there = utilisez un niveau entre trace et critical
fault-remedy-time = utilisez 2026-11-17, 2026-11-17T08:30, hier, aujourd’hui, ou 1h pour il y a une heure
fault-remedy-edge = utilisez 2025-01-31T14:00:00Z, 2025-01-31, ou 15m, 1h, 7d pour une date passée ; cette limite est ignorée d’ici là
fault-empty-range = Cette période est vide : elle se termine avant de commencer
fault-remedy-range = indiquez d’abord la date la plus ancienne
fault-remedy-duration = écrivez un nombre et s, m, h, d ou w, comme 5m
fault-remedy-step = utilisez stats, patterns, sort, limit ou fields ; ou OR entre les possibilités ; ou "|" pour rechercher le caractère
fault-remedy-aggregate = utilisez count(), avg(x), min(x), max(x), sum(x), p95(x) ou uniq(x)
fault-remedy-field = indiquez le champ entre parenthèses, comme avg(duration_ms)
fault-remedy-name = écrivez le nom d’un champ, entre guillemets s’il contient des espaces
fault-remedy-limit = écrivez un nombre entier, comme limit 100
fault-remedy-left-over = supprimez-le, ou séparez les noms par des virgules

## Log files

files-lead = Les fichiers des dossiers configurés, tels qu’ils sont sur le disque.
files-all = Tous les fichiers
files-last = Dernières lignes
files-search = Rechercher dans les fichiers
files-none = Aucun fichier journal pour le moment
files-none-help = Un fichier apparaît dès qu’un programme l’écrit dans l’un de ces dossiers.
files-name = Fichier
files-folder = Dossier :
files-job = Voir la tâche
files-size = Taille
files-modified = Dernière modification
files-view = Voir
files-download = Télécharger
files-clear = Vider
files-clear-title = Vider { $name } ?
files-clear-text = Le fichier est vidé. Son contenu est conservé une fois, dans une copie compressée qui remplace la copie précédente.
files-clear-sure = Vider le fichier
files-cleared = { $name } a été vidé. Une copie de son contenu a été conservée.
files-cleared-empty = { $name } est déjà vide.
files-kept = Copie conservée
files-left-out = { $n ->
    [one] { $shown } autre fichier n’est pas affiché.
   *[other] { $shown } autres fichiers ne sont pas affichés.
}
files-unread = Le dossier { $name } ne peut pas être lu. Vérifiez qu’il existe et que Vigie a le droit de le lire.
files-unreadable = { $name } ne peut pas être lu.
files-unknown = Le fichier journal « { $name } » n’existe pas.
files-lines = Lignes à afficher
files-last-n = { $n ->
    [one] dernière ligne
   *[other] { $shown } dernières
}
files-last-lead = { $n ->
    [one] La dernière ligne de chaque fichier surveillé, ou des fichiers les plus récents.
   *[other] Les { $shown } dernières lignes de chaque fichier surveillé, ou des fichiers les plus récents.
}
files-reload = Actualiser
files-to-end = Aller à la fin
files-follow = Suivre
files-anew = Le fichier a été vidé ou remplacé. La suite est nouvelle.
files-cut = Le résultat est incomplet : les lignes sont trop longues pour être affichées ensemble.
files-empty = Ce fichier est vide
files-search-lead = Recherchez un texte dans tous les fichiers journaux, y compris compressés.
files-query = Texte à rechercher
files-language = utiliser la syntaxe de recherche des journaux
files-no-steps = Les étapes après « | » sont ignorées dans les fichiers. Pour obtenir des tableaux, recherchez dans les journaux collectés.
files-choose = Rechercher dans certains fichiers uniquement
files-searched = { $matches } trouvées dans { $lines } lignes ({ $bytes })
files-many-hits = { $n ->
    [one] Seule la première ligne est affichée. Affinez votre recherche.
   *[other] Seules les { $shown } premières lignes sont affichées. Affinez votre recherche.
}
deed-log-clear = A vidé un fichier journal
deed-logs-delete = A supprimé des lignes de journal

## Le format d’un fichier journal

format-title = Format des lignes
format-lead = Si ces lignes ne sont pas reconnues, décrivez-les par un motif. Il s’applique aux lignes lues à partir de maintenant ; pour un fichier importé, lancez vigie logs import --again.
format-recognised = Ces lignes sont reconnues : { $name }. Aucun motif n’est nécessaire.
format-pattern = Motif
format-hint = Écrivez la ligne telle quelle, avec %{"{"}time{"}"}, %{"{"}level{"}"}, %{"{"}logger{"}"}, %{"{"}message{"}"} là où elle varie, et des champs comme %{"{"}word:user{"}"}, %{"{"}number:status{"}"}, %{"{"}ip:client{"}"}, %{"{"}quoted:agent{"}"} ou %{"{"}text:reason{"}"}. Une espace en représente une ou plusieurs.
format-try = Essayer
format-fits = { $fitting } des { $lines } dernières lignes correspondent : { $timed } avec une date, { $graded } avec un niveau.
format-lines = Ce que le motif lit dans chaque ligne
format-time = Date
format-level = Niveau
format-fields = Champs
format-message = Message
format-no-fit = ne correspond pas
format-name = Nom
format-name-hint = La valeur du champ « format » de ces lignes. Lettres, chiffres, « _ » et « - ».
format-keep = Enregistrer
format-kept = Le format { $name } a été enregistré. Il s’applique aux lignes lues à partir de maintenant.
format-fault-name = Utilisez de 1 à 40 lettres, chiffres, « _ » et « - ».
format-fault-taken = Un format de ce nom existe déjà. Choisissez un autre nom.
format-fault-long = Le motif est trop long.
format-fault-open = Un « %{"{"} » n’est pas fermé par « {"}"} ».
format-fault-unknown = « { $text } » n’est pas un élément connu.
format-fault-twice = « { $text } » est utilisé deux fois. Renommez l’un des deux.
format-fault-field = « { $text } » a besoin d’un nom de champ, par exemple %{"{"}word:user{"}"}.
format-fault-endless = Rien n’indique où « { $text } » se termine. Ajoutez le texte qui suit.
format-fault-empty = Le motif doit contenir une date, un niveau ou un message.
format-fault-fits-none = Le motif ne correspond à aucune ligne.
format-fault-not-kept = Le format n’a pas pu être enregistré : { $text }
deed-log-format = A décrit le format d’un fichier journal
