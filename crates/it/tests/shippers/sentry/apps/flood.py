"""Reports so many errors, each sent before the next, and then a transaction; the DSN stands in the environment."""

import sys

import sentry_sdk

sentry_sdk.init(traces_sample_rate=1.0)
for number in range(int(sys.argv[1])):
    sentry_sdk.capture_message("flood")
    sentry_sdk.flush(10)
with sentry_sdk.start_transaction(op="task", name="after the flood"):
    pass
sentry_sdk.flush(10)
