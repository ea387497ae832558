"""Transactions of its own; the DSN and the release stand in the environment."""

import sentry_sdk
from reporting import PerformanceMonitor

sentry_sdk.init(traces_sample_rate=1.0)

for category in ["ngo", "company"]:
    with PerformanceMonitor("create_organisation") as monitor:
        monitor.set_data(org_id=7, org_name="Amis de la mer")
        monitor.set_tag("category", category)
try:
    with PerformanceMonitor("create_organisation"):
        raise ValueError("the name is taken")
except ValueError as error:
    sentry_sdk.capture_exception(error)
sentry_sdk.capture_message("import completed: 3 success, 0 errors", level="info")
sentry_sdk.flush(10)
