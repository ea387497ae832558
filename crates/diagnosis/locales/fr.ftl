title = Que s’est-il passé le { $at } ?
written-date = { $day } { $month } { $year } à { $time }
why = Pourquoi cette cause :
timeline-empty = Rien de notable n’a été journalisé sur cette période.
heading-answer = Réponse
heading-others = Autres pistes
heading-who = Destinataires
heading-resume = Reprise
heading-timeline = Chronologie
heading-sources = Sources
understood = « { $phrase } » a été compris : du { $from } au { $to } ({ $zone }).
understood-window = Recherche du { $from } au { $to } ({ $zone }).
verdict-ended-normally = Tout s’est terminé normalement : rien n’indique une interruption.
verdict-stopped-by-person = Quelqu’un l’a arrêté volontairement.
verdict-job-ended = La tâche a traité tous ses éléments : elle n’a pas été interrompue.
verdict-still-running = La tâche est en cours ou en attente : elle ne s’est pas arrêtée.
verdict-nothing = Rien d’inhabituel n’a été trouvé sur cette période.
verdict-insufficient = Les éléments trouvés ne suffisent pas pour désigner une cause.
suspects = Pistes : { $names }.
missing = Ce qui aiderait : { $sources }.
run-request-lasted = { $method } { $path } s’est terminée à { $at } avec le code { $status }, après { $lasted }.
run-request = { $method } { $path } s’est terminée à { $at } avec le code { $status }.
run-request-open = { $method } { $path } a échoué à { $at }.
run-deliveries = Le dernier message a été remis au serveur de messagerie à { $at }.
run-lines = Le programme a fait part de son avancement pour la dernière fois à { $at }.
run-sent = Le programme a annoncé son dernier envoi à { $at }.
run-asked = Aucune requête ni série de messages n’a été trouvée ; l’heure indiquée, { $at }, a été retenue.
run-job = Dernier signe de la tâche « { $name } » à { $at } (état : { $state }).
term-proof = { $sign } : { $line }
term-at-the-end = C’est arrivé au moment de l’arrêt ({ $seconds } { $order }).
term-during-the-run = C’est arrivé pendant l’envoi, { $seconds } { $order } la fin.
term-before-the-run = Cela avait commencé { $seconds } { $order } la fin.
term-near-the-time = C’est arrivé { $seconds } { $order } l’heure indiquée.
term-same-request = La ligne désigne la même requête.
term-other-request = La ligne désigne une autre requête.
term-own-unit = Cela concerne l’application.
term-own-words = L’application le dit elle-même.
term-last-word = C’est la dernière chose que dit le programme : aucun message ne suit.
term-too-late = Les messages avaient cessé bien avant.
term-support = Cela concorde : { $sign } ({ $place }).
term-contradiction = Cela ne concorde pas : { $sign } ({ $place }).
term-status-fits = Le code de la réponse concorde.
term-status-contradicts = Le code de la réponse ne concorde pas.
term-limit-fits = La requête a duré { $seconds } et la limite est de { $setting } ({ $where }).
term-limit-contradicts = La requête a duré { $seconds }, mais la limite est de { $setting } ({ $where }).
term-kernel-silent = Le journal du noyau a été lu et ne mentionne aucun manque de mémoire.
term-kernel-unread = Le journal du noyau n’a pas pu être lu : la mémoire a pu manquer.
term-usual = Cela arrive aussi souvent à d’autres moments ({ $count } fois auparavant).
term-went-on = L’envoi a continué ensuite ({ $count } messages).
term-few-recipients = Cela concerne peu de destinataires ({ $count }).
term-other-program = Seul un autre programme le signale.
term-unconnected = Rien ne le relie à ce qui s’est arrêté.
term-progress-after = Le traitement a encore avancé ensuite.
term-recorded-reason = Vigie l’a enregistré comme raison de l’arrêt.
before = avant
after = après
effects = Conséquences : { $names }.
weighed = { $name } ({ $points } points)
column-outcome = Résultat
column-count = Nombre
column-basis = D’après
column-recipients = Destinataires
outcome-sent = Envoyé
outcome-held = Chez le serveur de messagerie, qui réessaiera
outcome-failed = En échec
outcome-unknown = Non confirmé
outcome-not-started = Non commencé
outcome-skipped = Ignoré
item-basis-sent = la réponse enregistrée pour chacun
item-basis-held = la réponse enregistrée pour chacun
item-basis-failed = l’erreur enregistrée pour chacun
item-basis-unknown = commencés, sans réponse enregistrée
item-basis-not-started = jamais commencés
item-basis-skipped = annulés, ou traités par un envoi précédent
state-preparing = en préparation
state-pending = en attente
state-running = en cours
state-paused = en pause
state-completed = terminée
state-failed = en échec
state-cancelled = annulée
basis-sent = journaux
basis-held = journaux
basis-failed = journaux
basis-unknown = aucun journal ne le confirme
basis-not-started = journaux complets qui ne les mentionnent pas
basis-skipped = journaux
advice-yes = Vous pouvez envoyer le reste maintenant.
advice-wait = Attendez avant d’envoyer le reste.
advice-no = Non : il n’y a rien à reprendre.
advice-list-only = N’envoyez qu’à la liste des destinataires restants : d’autres ne sont pas confirmés et ont peut-être déjà reçu le message.
advice-cannot-tell = Les journaux ne permettent pas de dire si la reprise est sûre.
reason-still-sending = Des messages partaient encore après la fin, le dernier à { $at }. Attendez que cela cesse.
reason-may-still-send = L’application n’a pas été arrêtée : elle envoie peut-être encore. Attendez la fin du processus.
reason-may-be-redelivered = Celery peut relancer la tâche automatiquement.
reason-mend-first = Corrigez d’abord la cause, sinon l’envoi s’arrêtera de nouveau.
reason-no-cause = La cause n’est pas connue.
reason-no-list = Sans la liste des destinataires (--recipients), les destinataires restants ne sont pas connus.
reason-nobody-left = Aucun destinataire restant.
reason-still-running = La tâche est en cours ou attend son tour.
reason-resumes-by-itself = La tâche reprend automatiquement à { $at }.
reason-cancelled = Une tâche annulée ne peut pas être reprise. Lancez-en une nouvelle : elle ignore ce qui a déjà été traité.
resume-how = `--not-sent not-sent.csv` écrit la liste des destinataires restants. Ensuite :
column-source = Source
column-state = État
column-records = Lignes sur la période
column-zone = Fuseau horaire
state-read = lue
state-silent = rien sur la période
state-undated = sans horodatage
unreadable-denied = illisible : ajoutez l’utilisateur au groupe adm ou utilisez sudo
unreadable-no-journalctl = illisible : journalctl n’est pas installé
unreadable-packed = illisible : décompressez-la d’abord, ou utilisez gzip
unreadable-damaged = illisible : endommagée
partial-time = lue en partie : limite de 10 s atteinte
partial-helper = lue en partie : journalctl a dépassé 3 s
partial-bytes = lue en partie : trop volumineuse
partial-evidence = lue en partie : trop d’événements
partial-files = lue en partie : trop de fichiers
bound-files = Trop de fichiers journaux : seuls 2 000 ont été lus. Indiquez ceux qui comptent avec --logs.
partial-damage = lue en partie : endommagée
own-zone = indiqué dans le journal
shifted = { $zone }, décalée de { $minutes } min d’après les autres journaux
settings = Limites configurées :
bound-links = Certains fichiers journaux sont des liens vers des fichiers absents de ce dossier : ils n’ont pas été lus.
partial-links = lue en partie : lien vers un fichier absent
no-lines = Aucun journal dont les heures sont lisibles n’a été trouvé.
no-lines-then = Aucun journal n’a de ligne sur cette période. La ligne la plus récente date du { $newest }.
application-silent = L’application ne journalise rien : faites-lui écrire ses erreurs dans un fichier ou sur la sortie d’erreur.
application-silent-django = Dans les réglages de Django, ceci lui fait signaler ses erreurs :

without-address = { $n ->
    [one] { $shown } ligne de la liste n’a pas d’adresse lisible et n’est pas comptée.
   *[other] { $shown } lignes de la liste n’ont pas d’adresse lisible et ne sont pas comptées.
}
repeated-rows = { $n ->
    [one] { $shown } ligne de la liste répète une adresse. Chaque personne est comptée une fois.
   *[other] { $shown } lignes de la liste répètent une adresse. Chaque personne est comptée une fois.
}
doubt-nothing-named = Non confirmé, car aucun journal ne nomme de destinataire de cet envoi.
doubt-in-queue = Non confirmé, car le journal de messagerie n’indique pas l’état final de certains messages.
doubt-no-times = Non confirmé, car les lignes qui nomment les destinataires n’ont pas d’heure.
doubt-begin-unseen = Non confirmé, car l’envoi a commencé avant la période lue. Utilisez --since pour lire depuis son début.
doubt-incomplete = Non confirmé, car une partie des journaux qui nomment les destinataires n’a pas pu être lue. Voir Sources.
doubt-lines-lost = Non confirmé, car des lignes de journal ont pu être perdues : disque plein ou défaillant, limite de débit, coupure de courant ou changement d’heure.
doubt-other-mail = Non confirmé, car peu d’adresses des journaux figurent dans la liste : il peut s’agir d’autres messages.
doubt-earlier-messages = Non confirmé, car des messages précédents à des personnes de la liste peuvent faire partie de cet envoi.
doubt-one-more = Non confirmé, car le programme a pu envoyer un message de plus que ce qu’il a eu le temps de consigner.
doubt-named = Non confirmé, car les journaux nomment ces personnes dans des lignes dont le sens n’est pas connu.
doubt-not-looked-for = Non confirmé, car la liste n’a pas été donnée lors de la collecte. Donnez --recipients avec --bundle.
queued-messages = { $n ->
    [one] { $shown } message est en file d’attente ; son destinataire n’est pas journalisé.
   *[other] { $shown } messages sont en file d’attente ; leurs destinataires ne sont pas journalisés.
}
more = et { $shown } de plus
reason-unknown-held = { $n ->
    [one] { $shown } élément n’est pas confirmé : la tâche ne le répète pas d’elle-même. Vérifiez-le d’abord.
   *[other] { $shown } éléments ne sont pas confirmés : la tâche ne les répète pas d’elle-même. Vérifiez-les d’abord.
}
reason-left-in-job = { $n ->
    [one] { $shown } élément n’a pas commencé : la reprise ne traite que lui, et rien n’est fait deux fois.
   *[other] { $shown } éléments n’ont pas commencé : la reprise ne traite qu’eux, et rien n’est fait deux fois.
}
reason-failed-in-job = { $n ->
    [one] { $shown } élément a échoué et peut être réessayé.
   *[other] { $shown } éléments ont échoué et peuvent être réessayés.
}
reason-held = { $n ->
    [one] { $shown } message est chez le serveur de messagerie, qui l’enverra de lui-même : ne le renvoyez pas.
   *[other] { $shown } messages sont chez le serveur de messagerie, qui les enverra de lui-même : ne les renvoyez pas.
}
reason-unknown = { $n ->
    [one] { $shown } destinataire n’est pas confirmé : un nouvel envoi pourrait lui parvenir deux fois.
   *[other] { $shown } destinataires ne sont pas confirmés : un nouvel envoi pourrait leur parvenir deux fois.
}
reason-left = { $n ->
    [one] Il reste { $shown } destinataire, qui n’a pas reçu le message.
   *[other] Il reste { $shown } destinataires, qui n’ont pas reçu le message.
}
left-out = { $n ->
    [one] { $shown } autre événement n’est pas affiché.
   *[other] { $shown } autres événements ne sont pas affichés.
}
records = { $shown }

family-web-access = le journal d’accès du serveur web
family-web-error = le journal d’erreurs du serveur web
family-app-server = le journal du serveur applicatif (gunicorn, uWSGI)
family-app = le journal de l’application
family-tasks = le journal de Celery
family-mail = le journal du serveur de messagerie
family-database = le journal de la base de données
family-kernel = le journal du noyau
family-system = le journal du système
family-job = ce que Vigie a enregistré de la tâche
family-other = d’autres journaux

sign-request = requête
sign-client-gone = client déconnecté
sign-upstream-timeout = le proxy a cessé d’attendre
sign-upstream-connect-timeout = connexion du proxy trop longue
sign-upstream-closed = connexion fermée par l’application
sign-upstream-refused = application injoignable
sign-body-too-large = requête trop volumineuse
sign-requests-limited = requêtes limitées
sign-pool-exhausted = aucun processus libre
sign-worker-timeout = délai du processus dépassé
sign-worker-killed = processus tué
sign-worker-booted = processus démarré
sign-worker-recycled = processus recyclé
sign-server-stopping = arrêt du serveur
sign-server-reloading = rechargement du serveur
sign-server-started = serveur démarré
sign-smtp-rate = débit d’envoi limité
sign-smtp-quota = quota épuisé
sign-smtp-busy = refus temporaire
sign-smtp-refused = refus du serveur de messagerie
sign-smtp-timeout = serveur de messagerie sans réponse
sign-smtp-disconnected = connexion perdue
sign-smtp-lost-after-data = connexion perdue après le message
sign-smtp-auth = identifiants refusés
sign-smtp-certificate = certificat refusé
sign-smtp-no-space = serveur de messagerie plein
sign-recipient-refused = adresse refusée
sign-submitted = message remis au serveur de messagerie
sign-queued = message en file d’attente
sign-delivered = message envoyé
sign-deferred = message différé
sign-bounced = message rejeté
sign-app-sent = message envoyé
sign-app-named = adresse citée
sign-app-done = travail terminé
sign-app-stopped = arrêt par quelqu’un
sign-app-total = total des messages
sign-repeated = ligne répétée
sign-oom-kill = processus tué faute de mémoire
sign-oom-unit = service touché par le manque de mémoire
sign-memory-error = mémoire refusée
sign-process-crashed = processus planté
sign-exception = erreur non gérée
sign-complaint = un échec
sign-command-status = commande en échec
sign-target-failed = échec d’un service appelé
sign-server-error = erreur du serveur
sign-db-connections = plus de connexions à la base
sign-db-terminated = connexion à la base interrompue
sign-db-shutdown = arrêt de la base
sign-db-crash = plantage de la base
sign-db-started = base prête
sign-db-deadlock = interblocage
sign-db-lock-timeout = attente d’un verrou trop longue
sign-db-lock-wait = attente d’un verrou
sign-db-statement-timeout = requête trop longue
sign-db-unreachable = base injoignable
sign-db-panic = arrêt d’urgence de la base
sign-no-space = plus d’espace
sign-quota-exceeded = quota disque dépassé
sign-read-only = système de fichiers en lecture seule
sign-io-error = erreur de disque
sign-unit-stopping = arrêt du service
sign-unit-started = service démarré
sign-unit-killed = service tué
sign-unit-failed = échec du service
sign-stop-timeout = arrêt trop long
sign-package-upgrade = mise à jour de paquet
sign-shutdown-began = arrêt de la machine
sign-power-failed = coupure de courant
sign-power-back = retour du courant
sign-boot-began = démarrage
sign-unclean-end = arrêt brutal
sign-clock-step = saut d’horloge
sign-lines-lost = lignes de journal perdues
sign-logs-rotated = rotation des journaux
sign-dns-failure = résolution de noms en échec
sign-dns-unknown-name = nom inconnu
sign-network-unreachable = réseau injoignable
sign-link-down = lien coupé
sign-link-up = lien rétabli
sign-ports-exhausted = plus de ports locaux
sign-too-many-files = trop de fichiers ouverts
sign-task-hard-limit = durée limite de tâche
sign-task-soft-limit = durée limite souple de tâche
sign-task-worker-lost = processus de tâche perdu
sign-broker-lost = broker perdu
sign-broker-restored = broker rétabli
sign-task-ended = tâche terminée
sign-job-noted = tâche
sign-job-stopped-by-person = arrêtée par quelqu’un
sign-job-daily-limit = limite quotidienne atteinte
sign-job-worker-lost = Vigie s’est arrêtée pendant la tâche
sign-job-defect = erreur interne
sign-job-account = compte d’envoi inutilisable
sign-job-unprepared = préparation interrompue
sign-misconfigured = réglage ou module manquant
sign-job-settings = réglages refusés
sign-job-reported = échec signalé par le programme
sign-job-target-failed = réponse inattendue du service
sign-job-command-failed = commande en échec
sign-job-time-limit = durée limite atteinte
