"""Django in front of Vigie: who is logged in may poll, and the page needs the job's id alone.

In urls.py:   path("core/", include("django_progress"))
In settings:  VIGIE_URL = "http://127.0.0.1:8787"
              VIGIE_PROGRESS_TOKEN = "vigie_…"      # vigie token create site --scope progress
"""

import urllib.error
import urllib.request

from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

PASSED_ON = ("Content-Type", "ETag", "Cache-Control")


@require_GET
def sse_progress(request, job_id):
    """`job_id` is a UUID by its route, so nothing else of Vigie can be reached through here."""
    if not request.user.is_authenticated:
        # Not a redirection: the poller would take the page of the login for an answer.
        return HttpResponse(status=403)
    asked = urllib.request.Request(f"{settings.VIGIE_URL}/core/sse-progress/{job_id}/")
    asked.add_header("Authorization", f"Bearer {settings.VIGIE_PROGRESS_TOKEN}")
    if "If-None-Match" in request.headers:
        asked.add_header("If-None-Match", request.headers["If-None-Match"])
    try:
        answer = urllib.request.urlopen(asked, timeout=5)
    except urllib.error.HTTPError as error:
        answer = error  # 304 comes as an error, too.
    except OSError:
        return HttpResponse(status=502)
    with answer:
        response = HttpResponse(answer.read(), status=answer.status)
        for name in PASSED_ON:
            if name in answer.headers:
                response[name] = answer.headers[name]
    return response


urlpatterns = [path("sse-progress/<uuid:job_id>/", sse_progress)]
