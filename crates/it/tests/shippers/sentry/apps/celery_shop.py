"""The shop's tasks, whose queue is a folder. `python celery_shop.py ITEM…` queues them, as a web process would."""

import os
import sys

import sentry_sdk
from reporting import app

QUEUE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "queue")
app.conf.update(
    broker_url="filesystem://",
    broker_transport_options={
        "data_folder_in": QUEUE,
        "data_folder_out": QUEUE,
        "control_folder": os.path.join(QUEUE, "control"),
    },
    task_ignore_result=True,
)


@app.task(name="shop.invoice")
def invoice(item):
    prices = {"A-1": 10}
    return prices[item]


if __name__ == "__main__":
    sentry_sdk.init(traces_sample_rate=1.0)
    with sentry_sdk.start_transaction(op="task", name="queue invoices") as transaction:
        for item in sys.argv[1:]:
            invoice.delay(item)
        print(transaction.trace_id)
    sentry_sdk.flush(10)
