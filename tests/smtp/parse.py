"""Reads mails with Python's own parser and prints what is in them, one JSON object a mail."""

import email
import email.policy
import json
import sys

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    text = mail.get_body(("plain",))
    html = mail.get_body(("html",))
    print(
        json.dumps(
            {
                "headers": {name.lower(): str(value) for name, value in mail.items()},
                "type": mail.get_content_type(),
                "text": text.get_content() if text else None,
                "html": html.get_content() if html else None,
                "defects": [str(d) for part in mail.walk() for d in part.defects],
            }
        )
    )
