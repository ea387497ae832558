### Les messages que des programmes confient à Vigie par SMTP.

message-no-subject = (sans objet)
message-received = Reçu
message-attempts = { $n ->
    [0] pas encore de tentative
    [one] { $shown } tentative
   *[other] { $shown } tentatives
}
message-next = Prochaine tentative :
message-raw = Télécharger
message-release = Envoyer maintenant
message-envelope = Enveloppe
message-sender = Expéditeur
message-no-sender = aucun : il s’agit d’un avis
message-recipients = Destinataires
message-content = Message
message-gone = Le contenu a été supprimé quelque temps après l’envoi. Les destinataires et la date d’envoi restent connus.
message-file = Fichier sans nom
message-headers = Tous les en-têtes
message-resend-title = Renvoyer
message-resend-to = À d’autres adresses
message-resend-help = Laissez vide pour le renvoyer aux mêmes destinataires. Séparez plusieurs adresses par des virgules.
message-resend-bad = L’une de ces adresses n’est pas valide.
message-resend = Renvoyer
message-said-resent = Le message va être renvoyé.
message-said-released = Le message va être envoyé.
