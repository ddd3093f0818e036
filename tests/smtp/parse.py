"""Reads mails with Python's own parser and prints what is in them, one JSON object a mail.

What breaks a rule of RFC 5322, 2045, 2387, 2369, 2919, 3834 or 8058 is told among the defects.
"""

import email
import email.policy
import email.utils
import json
import re
import sys

# RFC 5322, 3.6.4, as far as we write it.
ID = r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>"
URI = r"<(https?|mailto):[!-;=?-~]+>"


def faults(raw, mail):
    found = []

    def rule(holds, what):
        if not holds:
            found.append(what)

    def header(name, pattern, need=False):
        values = mail.get_all(name, [])
        rule(len(values) <= 1, f"{name} stands there {len(values)} times")
        rule(values or not need, f"{name} is missing")
        for value in values:
            rule(re.fullmatch(pattern, str(value)), f"{name}: {value}")
        return str(values[0]) if values else None

    rule(b"\n" not in raw.replace(b"\r\n", b""), "a line does not end in CRLF")
    rule(b"\r" not in raw.replace(b"\r\n", b""), "a bare CR")
    rule(all(len(line) <= 998 for line in raw.split(b"\r\n")), "a line of more than 998 octets")
    head = raw.split(b"\r\n\r\n")[0]
    rule(all(32 <= byte < 127 or byte in b"\r\n\t" for byte in head), "a header is not ASCII")
    header("From", r".+", need=True)
    header("To", r".+", need=True)
    header("Subject", r"[^\r\n]+", need=True)
    header("MIME-Version", r"1\.0", need=True)
    rule(email.utils.parsedate_to_datetime(mail["Date"]).tzinfo is not None, "Date has no zone")
    header("Message-ID", ID, need=True)
    references = header("References", rf"{ID}( {ID})*")
    reply = header("In-Reply-To", ID)
    rule(reply is None or references.endswith(reply), "In-Reply-To is not the last of References")
    header("List-ID", r"<[A-Za-z0-9.-]+>", need=True)
    header("Auto-Submitted", r"auto-generated", need=True)
    rule(mail["Precedence"] is None, "Precedence is no standard")
    leave = header("List-Unsubscribe", rf"{URI}(, {URI})*")
    post = header("List-Unsubscribe-Post", r"List-Unsubscribe=One-Click")
    rule(post is None or leave.startswith("<https:"), "one click wants HTTPS")
    header("List-Help", URI)
    header("List-Archive", URI)
    header("List-Owner", URI)
    header("List-Post", r"NO")
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "multipart/related":
            rule(part.get_param("type") == part.get_payload()[0].get_content_type(), "related: type")
        if part.is_multipart():
            rule(len(part.get_boundary()) <= 70, "a boundary is longer than 70 characters")
        elif kind.startswith("text/"):
            rule(part.get_content_charset() == "utf-8", f"{kind} is not UTF-8")
    html = mail.get_body(("html",))
    shown = set(re.findall(r"cid:([^'\"]+)", html.get_content())) if html else set()
    had = {part["Content-ID"].strip("<>") for part in mail.walk() if part["Content-ID"]}
    rule(shown == had, f"shown are the images {shown}, there are {had}")
    return found


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        raw = file.read()
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    text = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    images = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    print(
        json.dumps(
            {
                "headers": {name.lower(): str(value) for name, value in mail.items()},
                "type": mail.get_content_type(),
                "text": text.get_content() if text else None,
                "html": html.get_content() if html else None,
                "images": [list(image.get_content()) for image in images],
                "defects": [str(d) for part in mail.walk() for d in part.defects]
                + faults(raw, mail),
            }
        )
    )
