# Messages aux canaux. `what-…` nomme une règle d’un type, `rule-…` dit ce qu’elle surveille, `how-…` la gravité.

what-new_issue = Nouveau problème
what-regression = Problème réapparu
what-error_rate = Trop d’erreurs
what-response_time = Point d’accès lent
what-failed_job = Tâche en échec
what-left-mailing = Envoi terminé, { $left }
what-left-job = Tâche terminée, { $left }
left-undelivered = { $n ->
    [one] { $shown } non remis
   *[other] { $shown } non remis
}
left-failed = { $n ->
    [one] { $shown } en échec
   *[other] { $shown } en échec
}
left-unconfirmed = { $n ->
    [one] { $shown } non confirmé
   *[other] { $shown } non confirmés
}
what-success_rate = Taux de réussite faible
what-log_pattern = Lignes de journal trouvées
what-missed_check_in = Signal attendu manquant
what-check_down = Contrôle en échec
what-check_late = Contrôle en retard
what-worker_lost = Processus perdu
what-celery_worker_lost = Processus Celery perdu
what-celery_queue = File Celery trop longue
what-celery_failures = Tâches Celery en échec
what-celery_stuck = Tâche Celery bloquée
what-disk_nearly_full = Disque presque plein

rule-new_issue = un problème apparaît pour la première fois
rule-regression = un problème résolu réapparaît
rule-error_rate = { $n ->
    [one] plus de { $shown } erreur en { $within }
   *[other] plus de { $shown } erreurs en { $within }
}
rule-response_time = 95 % des requêtes d’un point d’accès prennent plus de { $shown } ms, sur { $within }
rule-failed_job = une tâche échoue, s’arrête en attendant une intervention, ou se termine avec des éléments en échec
rule-success_rate = moins de { $shown } % des éléments réussissent, sur { $within }
rule-log_pattern = { $n ->
    [one] au moins { $shown } ligne de journal correspond en { $within }
   *[other] au moins { $shown } lignes de journal correspondent en { $within }
}
rule-missed_check_in = aucune ligne de journal ne correspond pendant { $within }
rule-check_down = un contrôle échoue, ou ne donne pas de nouvelles à temps
rule-check_late = un contrôle ne donne pas de nouvelles à l’heure prévue
rule-worker_lost = un processus ne répond plus
rule-celery_worker_lost = un processus Celery ne répond plus
rule-celery_queue = { $n ->
    [one] plus de { $shown } message attend dans une file Celery
   *[other] plus de { $shown } messages attendent dans une file Celery
}
rule-celery_failures = { $n ->
    [one] plus de { $shown } tâche Celery d’un même nom échoue en { $within }
   *[other] plus de { $shown } tâches Celery d’un même nom échouent en { $within }
}
rule-celery_stuck = une tâche Celery s’exécute depuis plus de { $within }
rule-disk_nearly_full = moins de { $shown } % du disque est libre
limit-error_rate = Plus d’erreurs que
limit-response_time = Plus long que (ms)
limit-success_rate = Taux de réussite inférieur à (%)
limit-celery_queue = Plus de messages que
limit-celery_failures = Plus d’échecs que
limit-log_pattern = Nombre minimal de lignes
limit-disk_nearly_full = Espace libre inférieur à (%)

how-new_issue = { $n ->
    [one] Un problème est apparu pour la première fois.
   *[other] { $shown } problèmes sont apparus pour la première fois. Le dernier :
}
how-regression = { $n ->
    [one] Un problème résolu est réapparu.
   *[other] { $shown } problèmes résolus sont réapparus. Le dernier :
}
how-error_rate = { $value } erreurs en { $within }. La règle : { $rule }.
how-response_time = 95 % des requêtes ont pris jusqu’à { $value } ms sur les dernières { $within }. La règle : { $rule }.
how-failed_job = { $has_value ->
    [yes] { $value } % de ses éléments ont échoué ou ne sont pas confirmés.
   *[no] Elle a échoué, ou s’est arrêtée en attendant une intervention.
}
how-left-mailing = Les autres messages ont été envoyés. À vérifier : { $left }.
how-left-job = Les autres éléments ont réussi. À vérifier : { $left }.
how-not-started = L’exécution planifiée n’a pas pu démarrer.
how-success_rate = { $value } % des éléments ont réussi sur { $within }. La règle : { $rule }.
how-log_pattern = { $value } lignes de journal correspondent en { $within }. La règle : { $rule }.
how-missed_check_in = Aucune ligne de journal ne correspond depuis { $within }.
how-check_down = { $why }
how-check_late = Il était attendu et n’a pas encore donné de nouvelles.
how-worker_lost = Il ne répond plus, sans avoir annoncé son arrêt.
how-celery_worker_lost = Il ne répond plus, sans avoir annoncé son arrêt.
how-celery_queue = { $value } messages attendent. La règle : { $rule }.
how-celery_failures = { $value } tâches ont échoué en { $within }. La règle : { $rule }.
how-celery_stuck = Elle s’exécute depuis plus de { $within }.
how-disk_nearly_full = { $value } % du disque est libre. La règle : { $rule }.

# Pourquoi un contrôle est en échec.
why-missed = Il n’a pas donné de nouvelles à temps.
why-failed = Il a signalé un échec.
why-exited = Il s’est terminé par une erreur.
why-too_long = Il dure trop longtemps.
why-too_little = Il s’est bien terminé, mais a fait moins que prévu.
why-unreachable = Il ne répond pas.
why-refused = Il mène à une adresse que Vigie n’a pas le droit de joindre.
why-status = Il a répondu par un code inattendu.
why-text = Sa réponse ne contient pas le texte attendu.
why-slow = Il a répondu trop lentement.
why-certificate = Son certificat a expiré ou va bientôt expirer.
why-redirects = Il redirige trop de fois.
why-name = Son nom ne mène pas à l’adresse attendue.

issues-new = { $n ->
    [one] { $shown } nouveau problème : { $name }
   *[other] { $shown } nouveaux problèmes : { $name }
}
issues-regressed = { $n ->
    [one] { $shown } problème réapparu : { $name }
   *[other] { $shown } problèmes réapparus : { $name }
}
title-of = { $what } : { $name }
title-others = { $n ->
    [one] { $about }, et { $shown } de plus
   *[other] { $about }, et { $shown } de plus
}
title-resolved = Résolu : { $about }
title-escalated = Sans réponse : { $about }
title-test = Test : { $name }

text-test = Ceci est un test. Les alertes de Vigie arrivent ici.
text-resolved = Cela a duré { $lasted }.
text-escalated = Cela dure depuis { $lasted }, et personne ne l’a pris en charge.

label-severity = Gravité
label-since = Depuis
label-until = Jusqu’à
label-count = Nombre
label-others = Aussi
label-example = Dernier exemple
severity-info = Information
severity-warning = Avertissement
severity-critical = Critique
and-others = { $n ->
    [one] { $names } et { $shown } de plus
   *[other] { $names } et { $shown } de plus
}

link-act = Ouvrir et prendre en charge
link-see = Ouvrir
note-late = Ce message a été retardé de { $delay } : il n’avait pas pu être remis.
note-doubtful = Vous avez peut-être déjà reçu ce message.
mail-why = Vous recevez cet e-mail parce qu’un canal d’alerte de Vigie contient cette adresse.

moment = { $day } { $month } { $year } à { $time }

error-timeout-plain = Pas de réponse à temps.
error-timeout = { $host } ne répond pas à temps.
error-channel-deleted = Le canal a été supprimé.
error-message = Le message est illisible : une autre version de Vigie l’a écrit.
error-url = L’adresse du canal est illisible. Saisissez-la de nouveau.
error-key = La clé de signature du canal est illisible. Saisissez-la de nouveau.
error-token = Le jeton du canal est illisible. Saisissez-le de nouveau.
error-no-account = Il n’y a pas de compte d’envoi { $name }.
error-status = Le service a répondu { $status }
error-status-said = Le service a répondu { $status } : { $said }
error-inner-address = { $host } mène à une adresse de votre réseau. Pour l’autoriser, ajoutez-la à alert-networks dans vigie.toml.
error-certificate = Le certificat de { $host } n’est pas valide.
error-name = Le nom { $host } ne mène nulle part.
error-tls = Aucune connexion chiffrée n’est possible avec { $host }. Vérifiez que l’adresse commence bien par https.
error-channel = Les réglages du canal sont illisibles. Saisissez-les de nouveau.
error-refused = { $host } refuse la connexion.
error-unreachable = { $host } est injoignable.
error-cut-off = { $host } a coupé la connexion.
