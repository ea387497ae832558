"""A Django of one file, on the port it is given. Who sends `Cookie: user=NAME` is logged in."""

import reporting  # the guide's lines, where settings.py begins

import logging
import sys
from wsgiref.simple_server import make_server

import django
import sentry_sdk
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpResponse
from django.urls import path


class User:
    is_authenticated = True

    def __init__(self, name):
        self.pk = name
        self.email = f"{name}@shop.example"

    def get_username(self):
        return self.pk


class Visitor:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "user" in request.COOKIES:
            request.user = User(request.COOKIES["user"])
        return self.get_response(request)


def price(item):
    password = "correct horse battery staple"
    prices = {"A-1": 10}
    return prices[item]


def cart(request, item):
    sentry_sdk.set_tag("payment", "card")
    logging.getLogger("shop").warning("cart opened for %s", item)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 6 * 7")
    return HttpResponse(str(price(item)))


def checkout(request):
    try:
        price("A-7")
    except KeyError as error:
        raise RuntimeError("checkout is not possible") from error


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}},
    MIDDLEWARE=["__main__.Visitor"],
    ROOT_URLCONF="__main__",
    SECRET_KEY="for the tests",
)
django.setup()
urlpatterns = [
    path("ready", lambda request: HttpResponse("ready")),
    path("cart/<str:item>/", cart),
    path("checkout/", checkout),
]

if __name__ == "__main__":
    make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application()).serve_forever()
