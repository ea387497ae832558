### Les paires d’instances DHIS2 maintenues identiques.

syncs-title = Synchronisations DHIS2
syncs-lead = Chaque synchronisation copie sur la cible ce qui change sur la source, puis relit la cible pour le vérifier.
help-dhis2-about = Maintenir deux instances DHIS2 identiques : configurer, planifier, exécuter et le prouver.
syncs-none = Aucune synchronisation
syncs-none-help = Ajoutez une synchronisation depuis le terminal. Elle apparaîtra ici.
syncs-example = Ajouter une synchronisation
syncs-configurations = Configurations
syncs-history = Dernières exécutions
syncs-number-active = Automatiques
syncs-number-running = En cours
syncs-number-written = Écrits en 24 heures
syncs-number-failed = Exécutions en échec en 24 heures
syncs-of-total = sur { $total }
syncs-objects-and-values = objets et valeurs
sync-name = Configuration
sync-next = Prochaine vérification
sync-next-run = Prochaine exécution
sync-last = Dernière exécution
sync-never = Pas encore exécutée
sync-by-hand-only = Manuelle
sync-soon = Maintenant
sync-start = Démarrer
sync-stop = Arrêter
sync-run = Exécuter
sync-plan-new = Créer un plan
sync-check = Vérifier
sync-ledger = Registre
sync-source = Source
sync-target = Cible
sync-state-running = En cours
sync-state-resting = En attente de reprise
sync-state-active = Automatique
sync-state-scheduled = Planifiée
sync-state-stopped = Arrêtée
sync-rests-until = Reprise après le { $time }
sync-run-planning = Comparaison des métadonnées
sync-run-metadata = Écriture des métadonnées
sync-run-planning-values = Comparaison des valeurs
sync-run-values = Écriture des valeurs
sync-run-planning-completeness = Comparaison de la complétude
sync-run-completeness = Écriture de la complétude
sync-run-planning-tracker = Comparaison des données Tracker
sync-run-tracker = Écriture des données Tracker
sync-run-succeeded = Réussie
sync-run-failed = En échec
sync-run-incomplete = Incomplète
sync-runs = Exécutions
sync-runs-none = Aucune exécution
sync-runs-none-help = Créez un plan pour voir ce qui serait écrit, ou exécutez la synchronisation maintenant.
sync-begun = Début
sync-began-automatic = Automatique
sync-began-by-hand = Manuelle
sync-began-plan = Manuelle, selon un plan
sync-outcome = Résultat
sync-written = Écrits
sync-errors = Non écrits
sync-took = Durée
sync-plans = Plans
sync-plans-none = Aucun plan.
sync-plan-writes-n = { $n ->
    [0] rien à écrire
    [one] { $shown } à écrire
   *[other] { $shown } à écrire
}
sync-settings = Réglages
sync-mode = Mode
sync-mode-manual = Manuel
sync-mode-automatic = Automatique, toutes les { $time }
sync-mode-scheduled = Planifié : { $when }
sync-zone = Fuseau horaire
sync-cooldown = Attente après un échec
sync-rate = Exécutions par heure
sync-metadata = Métadonnées
sync-metadata-all = Tous les types
sync-values = Valeurs
sync-completeness = Complétude
sync-tracker = Tracker
sync-files = Fichiers
sync-org-unit = Sous l’unité d’organisation
sync-conflict = Si les deux côtés ont changé
sync-conflict-source = La source l’emporte
sync-conflict-target = La cible l’emporte
sync-conflict-stop = Rien n’est écrit et le conflit est signalé
sync-sharing = Partage
sync-sharing-keep = Conservé tel que sur la cible
sync-sharing-copy = Copié de la source
sync-delete = Suppressions
sync-delete-off = Désactivées
sync-delete-on = Répercutées, jusqu’à { $percent } par type
sync-map = Correspondances
sync-yes = Oui
sync-no = Non
sync-seen = À jour au
sync-known = Objets connus
sync-refused-n = { $n ->
    [one] { $shown } n’a pas pu être écrit
   *[other] { $shown } n’ont pas pu être écrits
}
sync-said-started = Synchronisation démarrée. La source est désormais vérifiée régulièrement.
sync-said-manual = Synchronisation démarrée, mais en mode manuel : elle ne s’exécute qu’à votre demande.
sync-said-stopped = Synchronisation arrêtée. L’exécution en cours se poursuit jusqu’à la fin.
sync-said-run = L’exécution va commencer.
sync-checked = Vérification
sync-checked-lead = Ce qui pourrait empêcher une exécution
sync-check-good = Aucun problème détecté
sync-check-good-help = Les deux instances répondent et les comptes ont les droits nécessaires.
sync-check-again = Vérifier à nouveau
sync-finding-version = Version non prise en charge
sync-finding-version-help = Vigie prend en charge les versions 2.38 à 2.43. Essayez d’abord sur des copies des deux instances.
sync-finding-authority = Autorité manquante
sync-finding-authority-help = Donnez au compte un rôle avec l’autorité ALL, sinon certains objets peuvent être refusés.
sync-finding-clock = Horloges désynchronisées
sync-finding-clock-help = Synchronisez les horloges des deux serveurs (NTP).
sync-finding-calendar = Calendriers différents
sync-finding-calendar-help = Les périodes n’ont pas la même signification des deux côtés. Utilisez le même calendrier.
sync-finding-map-both-ways = Correspondance dans les deux sens
sync-finding-map-both-ways-help = Une table de correspondance ne vaut que dans un sens. Retirez-la, ou retirez la configuration inverse.
sync-finding-org-units = Aucune unité d’organisation
sync-finding-org-units-help = Attribuez au compte les unités d’organisation dont il doit lire et saisir les données.
sync-finding-default = Objets « default » en double ou absents
sync-finding-default-help = Chaque type doit avoir un seul objet nommé « default ». Supprimez ou renommez les autres.
sync-finding-duplicate-code = Codes en double
sync-finding-duplicate-code-help = Donnez un code unique à chaque objet : DHIS2 refuse les doublons.
sync-plan = Plan
sync-plan-lead = Ce qu’une exécution écrirait. Rien n’a encore été écrit.
sync-plan-frozen = Exécuter ce plan écrit exactement ce qui suit, ou rien si l’un des côtés a changé entre-temps.
sync-plan-run = Exécuter ce plan
sync-plan-run-title = Exécuter ce plan ?
sync-plan-run-deletes = { $n ->
    [one] { $shown } objet sera définitivement supprimé de la cible.
   *[other] { $shown } objets seront définitivement supprimés de la cible.
}
sync-plan-equal = Les deux côtés sont identiques
sync-plan-equal-help = Il n’y a rien à écrire.
sync-plan-held = Plus de { $percent } d’un type serait supprimé : { $types }. Les exécutions automatiques ne le font jamais. Exécuter ce plan le fera.
sync-plan-blocked = Refusés par la cible
sync-plan-validated = Validé par la cible : rien ne serait refusé.
sync-plan-unasked = { $n ->
    [one] { $shown } donnée Tracker n’a pas pu être validée : elle utilise des métadonnées que la cible n’a pas encore. Synchronisez d’abord les métadonnées, puis validez à nouveau.
   *[other] { $shown } données Tracker n’ont pas pu être validées : elles utilisent des métadonnées que la cible n’a pas encore. Synchronisez d’abord les métadonnées, puis validez à nouveau.
}
sync-plan-validate = Valider auprès de la cible
sync-plan-effort = Environ { $requests } requêtes, { $time }
sync-plan-counts = Par type
sync-plan-changes = Objets
sync-plan-sets = Valeurs, par jeu de données
sync-plan-moved = Modifié depuis la création du plan
sync-plan-unread = Impossible de lire les instances : les noms et les propriétés ne sont pas affichés.
sync-type = Type
sync-data-set = Jeu de données
sync-create = À créer
sync-update = À modifier
sync-delete-n = À supprimer
sync-equal = Identiques
sync-kept = Laissés tels quels
sync-conflicts = Conflits
sync-extra = Cible uniquement
sync-write = À écrire
sync-on-source = Sur la source
sync-on-target = Sur la cible
sync-object = Objet
sync-property = Propriété
sync-before = Avant
sync-after = Après
sync-nothing = vide
sync-action-create = À créer
sync-action-update = À modifier
sync-action-delete = À supprimer
sync-action-equal = Identique
sync-action-kept = Laissé tel quel
sync-action-conflict = Conflit
sync-action-extra = Cible uniquement
sync-run-title = Exécution
sync-run-progress = Avancement
sync-run-jobs = Tâches
sync-run-counts = Comparaison
sync-run-none = Il n’y avait rien à écrire.
sync-rows-values = { $n ->
    [one] { $shown } valeur
   *[other] { $shown } valeurs
}
sync-rows-registrations = { $n ->
    [one] { $shown } jeu de données complété
   *[other] { $shown } jeux de données complétés
}
sync-see-refused = Voir ce qui n’a pas été écrit
sync-why-unauthorized = { $host } refuse le compte. Vérifiez son jeton, ou son nom d’utilisateur et son mot de passe.
sync-why-forbidden = Le compte n’a pas le droit de lire ou de modifier { $what } sur { $host }. Donnez-lui l’autorité nécessaire.
sync-why-busy = { $host } démarre ou est occupé. Vigie réessaie.
sync-why-too-large = { $host } refuse les requêtes de cette taille.
sync-why-no-answer = { $host } n’a pas répondu. Vigie réessaie.
sync-why-no-connection = { $how ->
    [refused] { $host } refuse la connexion. Vérifiez que l’instance est démarrée et que son adresse est correcte.
    [name] Le nom { $host } est introuvable. Vérifiez l’adresse de l’instance.
    [timeout] { $host } ne répond pas à temps. Vigie réessaie.
    [certificate] Le certificat de { $host } n’est pas reconnu.
   *[other] { $host } est injoignable. Vigie réessaie.
}
sync-why-incomplete-answer = La réponse de { $host } est incomplète ({ $what }). Elle a été ignorée.
sync-why-emptied = { $host } ne renvoie plus aucun objet de type { $what }, alors qu’il en renvoyait. Vérifiez que le compte peut encore les lire. S’ils ont bien été supprimés, créez un plan et exécutez-le. Rien n’a été supprimé sur la cible.
sync-why-refused = { $host } a refusé une requête ({ $what } : { $status } { $code }).
sync-why-no-secret = Aucun jeton ni mot de passe n’est enregistré. Ajoutez-le avec « vigie sync add { $name } ».
sync-why-plan-moved = L’un des côtés a changé depuis la création du plan. Créez-en un nouveau.
sync-why-job-gone = Sa tâche n’existe plus.
sync-why-job-ended = Sa tâche a été interrompue.
sync-why-held = { $count } objets seraient supprimés ({ $types }), ce qui dépasse la limite. Créez un plan, vérifiez-le, puis exécutez-le.
sync-why-conflicts = { $count } objets ou valeurs ont changé des deux côtés et n’ont pas été modifiés.
sync-why-not-written = { $count } éléments n’ont pas été écrits.
sync-why-wrong-name = Le nom est vide, trop long, un nombre, ou contient une barre oblique. Choisissez-en un autre.
sync-why-too-many = Il y a déjà { $most } configurations. Supprimez-en une d’abord.
sync-why-no-plan = Le plan { $id } n’existe pas. Créez-en un nouveau.
sync-why-going-on = { $name } est déjà en cours. Attendez la fin.
sync-why-unreadable-settings = Les réglages de { $name } sont illisibles. Ajoutez-la à nouveau.
sync-why-wrong-address = « { $name } » vaut { $url }. Indiquez https:// et l’adresse de l’instance.
sync-why-address-with-more = « { $name } » contient un nom d’utilisateur, un mot de passe ou des paramètres. Indiquez l’adresse seule.
sync-why-same-instance = La source et la cible sont la même instance. Indiquez-en deux.
sync-why-unknown-type = « metadata » contient { $kind }, que Vigie ne copie pas. Les types sont { $types }.
sync-why-wrong-percent = « max_delete_percent » vaut { $percent }. Indiquez de 0 à 100.
sync-why-wrong-seconds = « { $name } » vaut { $seconds }. Indiquez de 10 secondes à une semaine.
sync-why-no-schedule = Le mode est « scheduled » mais « schedule » manque. Indiquez-le, par exemple « 0 2 * * * ».
sync-why-wrong-schedule = « schedule » : { $why }
sync-why-map-is-file = « map » désigne le fichier { $file }. Envoyez ses lignes, ou laissez « vigie sync add » le lire.
sync-why-map-too-long = « map » compte { $count } lignes. Le maximum est { $most }.
sync-why-map-unknown-type = « map », ligne { $line } : Vigie ne copie pas { $kind }. Indiquez un type.
sync-why-map-wrong-line = « map », ligne { $line } : indiquez le type, l’identifiant ou le code de la source, et l’identifiant de la cible.
sync-why-map-doubled = « map », ligne { $line } : { $uid } figure deux fois. Chaque cible ne peut figurer qu’une fois.
sync-why-other = Une erreur inattendue s’est produite.
sync-ledger-lead = Les objets identiques des deux côtés, et ceux qui n’ont pas pu être écrits.
sync-ledger-none = Rien pour l’instant
sync-ledger-none-help = La première exécution remplit ce registre.
sync-ledger-no-match = Aucun résultat
sync-ledger-only = Afficher
sync-ledger-all = Tout
sync-ledger-failed = Non écrits
sync-ledger-uid = Identifiant (UID)
sync-ledger-when = Vérifié
sync-ledger-hash = Empreinte
sync-ledger-equal = Identique
sync-ledger-any-type = Tous les types
sync-problem-rejected = Refusé par la cible ({ $code }).
sync-problem-depends-on = Non écrit : il fait référence à { $uid }, qui n’a pas pu être écrit.
sync-problem-not-kept = Accepté par la cible, mais non conservé : { $property }.
sync-problem-source-moved = Modifié sur la source pendant l’exécution. La prochaine l’écrira.
sync-problem-unauthorized = L’instance refuse le compte. Vérifiez son jeton, ou son nom d’utilisateur et son mot de passe.
sync-problem-busy = L’instance démarre ou est occupée. Une nouvelle tentative est prévue automatiquement.
sync-problem-incomplete-answer = La réponse de l’instance est incomplète. Une nouvelle tentative est prévue automatiquement.
sync-problem-too-large = L’instance refuse cet objet en raison de sa taille.
sync-problem-refused = L’instance a refusé la requête ({ $status } { $code }).
sync-problem-other = Non écrit ({ $code }).
maintenance-dhis2-sync = Exécuter les synchronisations DHIS2
deed-sync-change = A modifié une synchronisation DHIS2
deed-sync-start = A démarré une synchronisation DHIS2
deed-sync-stop = A arrêté une synchronisation DHIS2
deed-sync-run = A exécuté une synchronisation DHIS2
deed-sync-plan = A créé un plan de synchronisation DHIS2
deed-sync-check = A vérifié une synchronisation DHIS2
deed-sync-compare = A comparé les deux côtés d’une synchronisation DHIS2
