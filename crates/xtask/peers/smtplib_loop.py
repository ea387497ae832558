"""PORT COUNT BYTES text|pdf: the loop that many scripts are; one connection, nothing recorded."""

import smtplib
import sys
from email.message import EmailMessage

port, count, size, kind = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
pdf = b"%PDF-1.7" + bytes(at * 31 % 251 for at in range(size - 8))
line = "Bonjour, voici votre facture du mois, avec nos remerciements.\n"

with smtplib.SMTP("127.0.0.1", port) as server:
    for number in range(count):
        message = EmailMessage()
        message["From"] = "Compta <compta@example.com>"
        message["To"] = f"client{number}@example.com"
        message["Subject"] = f"Facture de Client {number}"
        if kind == "pdf":
            message.set_content(line * 8)
            message.add_attachment(pdf, maintype="application", subtype="pdf", filename=f"{number}.pdf")
        else:
            message.set_content(line * (size // len(line)))
        server.send_message(message)
