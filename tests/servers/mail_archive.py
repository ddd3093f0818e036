"""HyperKitty, the archive of mailing lists, as Debian packages it, on 127.0.0.1 with SQLite.

Usage: mail_archive.py fill ROOT         make the list of `content.toml` under ROOT, if it is not there
       mail_archive.py serve ROOT DIR    serve a copy of it until standard input ends
       mail_archive.py VERB DIR …        do something to the list that is served from DIR; prints JSON:
           truth                           {"mails": […]}: what everybody may read
           add-mail SUBJECT TEXT AUTHOR [ID]   sent now; an answer if the id of a mail is given
           delete-mail ID

Needs Debian's own Python.
"""

import datetime
import email.message
import email.utils
import hashlib
import json
import pathlib
import shutil
import sys
import time

from django.urls import include, path

import content
import django_site
import serving

LIST = "cafetiers@liste.example"
APPS = """
    hyperkitty django_mailman3 django.contrib.admin django.contrib.auth django.contrib.contenttypes
    django.contrib.sessions django.contrib.sites django.contrib.messages django.contrib.staticfiles
    rest_framework django_gravatar compressor haystack django_extensions django_q allauth
    allauth.account allauth.socialaccount
"""
MIDDLEWARE = "django_mailman3.middleware.TimezoneMiddleware"
CONTEXT = """
    django_mailman3.context_processors.common
    hyperkitty.context_processors.common
"""
SETTINGS = {
    # Nobody looks at it.
    "COMPRESS_ENABLED": False,
    "COMPRESS_PRECOMPILERS": (),
    "LOGIN_URL": "account_login",
    "REST_FRAMEWORK": {
        "PAGE_SIZE": 10,
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    },
    # There is no Mailman behind it that could be asked.
    "HYPERKITTY_BATCH_MODE": True,
    "MAILMAN_REST_API_URL": "http://127.0.0.1:9",
    "MAILMAN_REST_API_USER": "nobody",
    "MAILMAN_REST_API_PASS": "",
    "MAILMAN_ARCHIVER_KEY": "",
    "MAILMAN_ARCHIVER_FROM": (),
    "HYPERKITTY_MLIST_FEED_LENGTH": 100,
    "FILTER_VHOST": False,
    "Q_CLUSTER": {"timeout": 60, "retry": 90, "orm": "default", "sync": True, "log_level": "ERROR"},
}
urlpatterns = []


def configure(folder):
    """Makes Django the archive whose database lies in a folder."""
    django_site.configure(folder / "list.db", APPS, MIDDLEWARE, CONTEXT, **SETTINGS)
    urlpatterns.append(path("hyperkitty/", include("hyperkitty.urls")))
    urlpatterns.append(path("", include("django_mailman3.urls")))
    urlpatterns.append(path("accounts/", include("allauth.urls")))


def archive(subject, text, author, date, answers):
    """Puts one mail into the list, as if it had just come in, and returns its message id."""
    from hyperkitty.lib.incoming import add_to_list

    name = hashlib.sha256(author.encode()).hexdigest()[:8]
    message_id = hashlib.sha256(f"{subject}\0{text}\0{author}\0{date}".encode()).hexdigest()[:16]
    mail = email.message.EmailMessage()
    mail["Message-ID"] = f"<{message_id}@liste.example>"
    mail["From"] = email.utils.formataddr((author, f"{name}@lecteur.example"))
    mail["To"] = LIST
    mail["Subject"] = subject
    mail["Date"] = email.utils.format_datetime(
        datetime.datetime.fromtimestamp(date, datetime.timezone.utc)
    )
    if answers:
        mail["In-Reply-To"] = f"<{answers}>"
    mail.set_content(text)
    add_to_list(LIST, mail)
    return f"{message_id}@liste.example"


def fill(folder):
    configure(folder)
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    for thread in content.threads():
        ids = []
        for mail in thread["mails"]:
            answers, subject, text = mail["answers"], thread["subject"], mail["text"]
            if answers is not None:
                quoted = thread["mails"][answers]
                lines = quoted["text"].split("\n")
                said = "\n".join(f"> {line}" for line in lines)
                subject, text = f"Re: {subject}", f"{quoted['author']} :\n{said}\n\n{text}"
            before = None if answers is None else ids[answers]
            ids.append(archive(subject, text, mail["author"], mail["date"], before))


def page_of(url, mail):
    return f"{url}/hyperkitty/list/{LIST}/message/{mail.message_id_hash}/"


def truth(url):
    from hyperkitty.models import Email

    mails = [
        {
            "id": mail.message_id_hash,
            "url": page_of(url, mail),
            "thread": mail.thread.thread_id,
            "answers": mail.parent.message_id_hash if mail.parent else None,
            "subject": mail.subject,
            "author": mail.sender_name,
            "date": mail.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            # With the lines that it quotes, each after "> ".
            "text": mail.content.strip(),
        }
        for mail in Email.objects.order_by("date", "id")
    ]
    return {"list": f"{url}/hyperkitty/list/{LIST}/", "mails": mails}


def add_mail(subject, text, author, answers=None):
    from hyperkitty.models import Email

    before = Email.objects.get(message_id_hash=answers).message_id if answers else None
    message_id = archive(subject, text, author, int(time.time()), before)
    return Email.objects.get(message_id=message_id).message_id_hash


def delete_mail(message_id_hash):
    from hyperkitty.models import Email

    Email.objects.get(message_id_hash=message_id_hash).delete()
    return message_id_hash


def serve(root, folder):
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / "list.db", folder)
    configure(folder)
    django_site.serve(folder)


verb, folder, *arguments = sys.argv[1:]
folder = pathlib.Path(folder).resolve()
if verb == "fill":
    serving.fill_once(folder / "hyperkitty", fill)
elif verb == "serve":
    serve(folder / "hyperkitty", pathlib.Path(arguments[0]).resolve())
else:
    url = serving.running(folder)
    configure(folder)
    verbs = {"truth": lambda: truth(url), "add-mail": add_mail, "delete-mail": delete_mail}
    print(json.dumps(verbs[verb](*arguments), ensure_ascii=False))
