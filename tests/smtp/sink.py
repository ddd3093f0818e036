"""A real SMTP server for the tests (aiosmtpd), that can also misbehave as real ones do.

Usage: sink.py FOLDER [--tls CERT KEY] [--auth USER PASSWORD] [--nobody ADDRESS] [--port PORT]

There is no mailbox ADDRESS: it is refused when it is named (RCPT TO).

Prints the port it listens on. Each message that is accepted goes to FOLDER/NNNN.eml, and every reply to
FOLDER/log.jsonl. FOLDER/plan.json, if there is one, is a list of replies to give to the next messages, one
each: "accept", "drop" (cut the connection after accepting, before saying so), or a reply code such as 451.
When the plan is used up, messages are accepted. A plan that is one reply and no list is given to all.
"""

import asyncio
import email
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def option(name, count):
    if name not in sys.argv:
        return None
    at = sys.argv.index(name) + 1
    return sys.argv[at : at + count]


tls = option("--tls", 2)
auth = option("--auth", 2)
nobody = option("--nobody", 1)
port = option("--port", 1)
accepted = len([name for name in os.listdir(folder) if name.endswith(".eml")])


def log(**event):
    with open(os.path.join(folder, "log.jsonl"), "a") as file:
        file.write(json.dumps(event) + "\n")


def next_step():
    path = os.path.join(folder, "plan.json")
    if not os.path.exists(path):
        return "accept"
    with open(path) as file:
        plan = json.load(file)
    if not isinstance(plan, list):
        return plan
    if not plan:
        return "accept"
    with open(path + ".new", "w") as file:
        json.dump(plan[1:], file)
    os.replace(path + ".new", path)
    return plan[0]


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if nobody and address == nobody[0]:
            log(reply=550, to=[address])
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global accepted
        step = next_step()
        message_id = email.message_from_bytes(envelope.original_content)["Message-ID"]
        if isinstance(step, int):
            log(reply=step, to=envelope.rcpt_tos, message_id=message_id)
            return f"{step} as the plan says"
        accepted += 1
        path = os.path.join(folder, f"{accepted:04}.eml")
        with open(path + ".new", "wb") as file:
            file.write(envelope.original_content)
        os.replace(path + ".new", path)
        log(
            reply=250,
            to=envelope.rcpt_tos,
            message_id=message_id,
            sender=envelope.mail_from,
            tls=session.ssl is not None,
            user=session.auth_data.decode() if session.auth_data else None,
        )
        if step == "drop":
            server.transport.abort()
        return "250 OK"


def authenticate(server, session, envelope, mechanism, login):
    good = login.login == auth[0].encode() and login.password == auth[1].encode()
    return AuthResult(success=good, handled=False, auth_data=login.login)


def make():
    context = None
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*tls)
    return SMTP(
        Handler(),
        tls_context=context,
        require_starttls=bool(context),
        authenticator=authenticate if auth else None,
        auth_required=bool(auth),
        auth_require_tls=bool(context),
        hostname="sink.test",
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", int(port[0]) if port else 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # The test that started this holds our standard input open while it lives.
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
