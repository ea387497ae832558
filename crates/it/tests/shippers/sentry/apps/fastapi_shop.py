"""The shop with FastAPI, on the port it is given."""

import sys

import sentry_sdk
import uvicorn
from reporting import app


@app.get("/ready")
def ready():
    return "ready"


@app.get("/orders/{order}")
async def order(order: str, user: str = ""):
    sentry_sdk.set_user({"id": user})
    with sentry_sdk.start_span(op="stock", name="look into the stock"):
        return {"left": int(order.removeprefix("A-"))}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
