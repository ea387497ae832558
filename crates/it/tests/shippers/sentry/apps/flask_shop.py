"""The shop with Flask, on the port it is given."""

import sys

from flask import request
from reporting import app


@app.get("/ready")
def ready():
    return "ready"


@app.post("/orders/<order>")
def pay(order):
    amount = request.form["amount"]
    return str(100 // int(amount))


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]))
