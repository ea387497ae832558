"""A Django of one file around the recipe, on the port it is given. Who sends `Cookie: user=…` is logged in."""

import os
import sys
import types
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import include, path


class Visitor:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = types.SimpleNamespace(is_authenticated="user" in request.COOKIES)
        return self.get_response(request)


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    MIDDLEWARE=["__main__.Visitor"],
    ROOT_URLCONF="__main__",
    SECRET_KEY="for the tests",
    VIGIE_URL=os.environ["VIGIE_URL"],
    VIGIE_PROGRESS_TOKEN=os.environ["VIGIE_TOKEN"],
)
django.setup()
urlpatterns = [path("core/", include("django_progress"))]

if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application()).serve_forever()
