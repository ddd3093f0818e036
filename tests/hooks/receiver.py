"""Receives webhooks and verifies them with the library of Standard Webhooks.

usage: receiver.py FOLDER SECRET...

Prints its port. Each request is a line of FOLDER/log.jsonl, written when it has come. How a path answers is
read from FOLDER/plan.json for each request: {"/path": "accept" | STATUS | [STATUS, {header: value}] |
"hang" | "drop"}; what is not there is accepted.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

FOLDER = Path(sys.argv[1])
SECRETS = sys.argv[2:]
LOCK = threading.Lock()


def is_verified(body, headers):
    """Whether each of the secrets has signed."""
    try:
        for secret in SECRETS:
            Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


def plan(path):
    try:
        return json.loads((FOLDER / "plan.json").read_text()).get(path, "accept")
    except FileNotFoundError:
        return "accept"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        how = plan(self.path)
        line = {
            "path": self.path,
            "how": how,
            "id": headers.get("webhook-id"),
            "at": headers.get("webhook-timestamp"),
            "agent": headers.get("user-agent"),
            "authorization": headers.get("authorization"),
            "verified": is_verified(body, headers),
            "body": json.loads(body),
        }
        with LOCK, open(FOLDER / "log.jsonl", "a") as log:
            log.write(json.dumps(line) + "\n")
        if how == "hang":
            time.sleep(600)
        if how in ("hang", "drop"):
            self.close_connection = True
            return
        status, more = (200, {}) if how == "accept" else how if isinstance(how, list) else (how, {})
        answer = b"as planned"
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
