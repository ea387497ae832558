"""What is logged becomes issues, breadcrumbs and logs."""

import sentry_sdk
from reporting import logger

logger.setLevel("INFO")
logger.info("basket opened")
for item in ["A-9", "A-10"]:
    logger.error("no stock for %s", item)
try:
    {}["A-11"]
except KeyError:
    logger.exception("import failed")
sentry_sdk.flush(10)
