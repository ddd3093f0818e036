"""A site made with Django, as the script that is run configures it: its `urlpatterns` are the site's."""

import logging
import socketserver
import threading
import wsgiref.simple_server

import django
from django.conf import settings
from django.db.backends.signals import connection_created

import serving

MIDDLEWARE = """
    django.contrib.sessions.middleware.SessionMiddleware
    django.middleware.common.CommonMiddleware
    django.middleware.csrf.CsrfViewMiddleware
    django.contrib.auth.middleware.AuthenticationMiddleware
    django.contrib.messages.middleware.MessageMiddleware
"""
CONTEXT = """
    django.template.context_processors.i18n
    django.template.context_processors.media
    django.template.context_processors.static
    django.template.context_processors.tz
    django.template.context_processors.request
    django.contrib.auth.context_processors.auth
    django.contrib.messages.context_processors.messages
"""


class Unmigrated:
    """Says of every app that its tables are made as its models are, not step by step from the first."""

    def __contains__(self, app):
        return True

    def __getitem__(self, app):
        return None


def configure(database, apps, middleware, context, **more):
    """Readies Django for a SQLite database; `more` are settings of the site's own."""
    context = CONTEXT.split() + context.split()
    templates = {"APP_DIRS": True, "OPTIONS": {"context_processors": context}}
    settings.configure(
        **{
            "SECRET_KEY": "of a test",
            "ALLOWED_HOSTS": ["127.0.0.1"],
            "INSTALLED_APPS": apps.split(),
            "MIDDLEWARE": MIDDLEWARE.split() + middleware.split(),
            "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", **templates}],
            "ROOT_URLCONF": "__main__",
            "SITE_ID": 1,
            "DEFAULT_AUTO_FIELD": "django.db.models.AutoField",
            "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
            "MIGRATION_MODULES": Unmigrated(),
            # What the verbs change, from a process of their own, must be seen at once.
            "CACHES": {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}},
            "HAYSTACK_CONNECTIONS": {
                "default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}
            },
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "LANGUAGE_CODE": "fr",
            "TIME_ZONE": "Europe/Paris",
            "USE_TZ": True,
            "STATIC_URL": "/static/",
            "STATIC_ROOT": database.parent / "static",
            **more,
        }
    )
    # What is lost when the machine fails is made anew.
    connection_created.connect(hurry)
    django.setup()


def hurry(connection, **_):
    connection.cursor().execute("PRAGMA synchronous = OFF")


class Server(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class Silent(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve(folder):
    """Serves the site until standard input ends; `serving.running(folder)` is its address."""
    from django.contrib.sites.models import Site
    from django.core.wsgi import get_wsgi_application

    # Its pages ask neither for styles nor for scripts, which makes it quick.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    application = get_wsgi_application()
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, application, Server, Silent)
    host = f"127.0.0.1:{server.server_port}"
    # The addresses in feeds.
    Site.objects.update_or_create(pk=1, defaults={"domain": host, "name": host})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    serving.remember(folder, f"http://{host}")
    serving.serve(f"http://{host}", [])
