"""A Celery task that shows how far it is. The id is chosen by the view, and handed to the page before the task begins.

    celery -A celery_tasks worker        # with VIGIE_URL and VIGIE_TOKEN in its environment
    envoi_emails_task.delay(job_id, user_id, ["F-101", "F-102"])
"""

import os

from celery import Celery

from vigie import Job

# Yours is Redis or RabbitMQ; a folder serves where there is neither.
BROKER_FOLDER = os.environ.get("BROKER_FOLDER", "")

app = Celery("celery_tasks", broker=os.environ.get("BROKER_URL", "filesystem://"))
if BROKER_FOLDER:
    app.conf.broker_transport_options = {
        "data_folder_in": BROKER_FOLDER,
        "data_folder_out": BROKER_FOLDER,
        "control_folder": os.path.join(BROKER_FOLDER, "control"),
    }


def send_email(invoice):
    """Your work: anything that may raise."""
    if invoice.endswith("!"):
        raise ValueError("adresse invalide")


@app.task(name="envoi_emails", bind=True)
def envoi_emails_task(self, job_id, user_id, invoices):
    job = Job.create("Envoi des factures", total=len(invoices), job_id=job_id, user=user_id,
                     task_type="email_sending", task_id=self.request.id or "")
    for number, invoice in enumerate(invoices, 1):
        # A task that Celery delivers twice counts each invoice once.
        key = f"{job_id}/{number}"
        try:
            send_email(invoice)
        except Exception as error:
            job.advance(failed=1, message=f"Erreur email {invoice} : {error}", item=invoice, key=key)
        else:
            job.advance(message=f"Email {number}/{len(invoices)} envoyé : {invoice}", item=invoice, key=key)
    job.complete()
    return {"status": "success", "job_id": job_id}
