"""Verifies the DKIM signature of a mail with dkimpy, which is not ours.

Usage: verify.py MAIL NAME TEXT

The DNS is a stub that knows one record: NAME has TEXT. Prints one JSON object: whether the mail is good, whether it
still is once each of its headers is changed, doubled or removed, and its body is; and which headers are signed.
"""

import json
import re
import sys

import dkim

path, name, text = sys.argv[1:]
with open(path, "rb") as file:
    mail = file.read()


def record(asked, timeout=5):
    asked = asked.decode() if isinstance(asked, bytes) else asked
    return text.encode() if asked.rstrip(".") == name else None


def good(mail):
    try:
        return dkim.verify(mail, dnsfunc=record, minkey=2048)
    except dkim.DKIMException:
        return False


head, body = mail.split(b"\r\n\r\n", 1)
headers = re.split(rb"\r\n(?![ \t])", head)
assert headers[0].startswith(b"DKIM-Signature:")
signed = re.search(rb"h=([^;]*);", headers[0]).group(1)
changed, doubled, removed = {}, {}, {}
for nth, header in enumerate(headers[1:], 1):
    field = header.split(b":")[0].decode().lower()

    def with_headers(new):
        return b"\r\n".join(headers[:nth] + new + headers[nth + 1 :]) + b"\r\n\r\n" + body

    changed[field] = good(with_headers([header + b" x"]))
    doubled[field] = good(b"\r\n".join(headers + [header]) + b"\r\n\r\n" + body)
    removed[field] = good(with_headers([]))
print(
    json.dumps(
        {
            "good": good(mail),
            "signed": [part.strip().decode().lower() for part in signed.split(b":")],
            "changed": changed,
            "doubled": doubled,
            "removed": removed,
            "body": good(mail.replace(b"\r\n\r\n", b"\r\n\r\nx", 1)),
            "spaces": good(head + b"\r\n\r\n" + body.replace(b"\r\n", b" \r\n") + b"\r\n\r\n"),
        }
    )
)
