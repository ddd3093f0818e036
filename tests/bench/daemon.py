"""Measures the daemon with 1,000 feeds: how fast it reads them all, and its memory at rest.

Usage: daemon.py VIGIE [FEEDS] [ITEMS]      (a release build; Linux, for /proc)

Serves FEEDS feeds of ITEMS items each from fifty loopback addresses, each a host of its own, runs the daemon
on them until every feed was read and indexed, lets it rest, and prints what it measured.
"""

import http.server
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

vigie = os.path.abspath(sys.argv[1])
feeds = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
items = int(sys.argv[3]) if len(sys.argv) > 3 else 20
HOSTS = 50
WORDS = "thé pétillant bouteille dégustation terrasse marque article citron été fête qualité prix".split()


def feed(number):
    entries = []
    for n in range(items):
        seed = number * items + n
        words = " ".join(WORDS[(seed * k + k) % len(WORDS)] for k in range(1, 80))
        brand = "Ozalée " if n % 10 == 0 else ""
        entries.append(
            f"<item><guid>{number}-{n}</guid><title>{brand}article {seed}</title>"
            f"<link>http://site{number}.example/{n}</link><description>{words}</description>"
            f"<pubDate>Mon, 02 Mar 2026 {n % 24:02}:00:00 GMT</pubDate></item>"
        )
    head = f"<title>Site {number}</title><link>http://site{number}.example/</link>"
    return f'<rss version="2.0"><channel>{head}{"".join(entries)}</channel></rss>'.encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        number = re.fullmatch(r"/(\d+)", self.path)
        body = feed(int(number[1])) if number else b"not here"
        self.send_response(200 if number else 404)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_address[1]

with tempfile.TemporaryDirectory() as folder:
    with open(f"{folder}/vigie.toml", "w") as file:
        file.write('data = "data"\n[crawl]\ncontact = "bench@ozalee.example"\nhost_pause = "0 s"\n')
        file.write('allow_addresses = ["127.0.0.0/8"]\n')
        file.write("parallel = 50\n[queries]\nozalee = 'Ozalée'\nrare = 'bruinelle AND citron'\n")
        file.write('[mail]\nfrom = "v@ozalee.example"\ndirectory = "mails"\n')
        for n in range(feeds):
            file.write(f'[sources.s{n}]\nurl = "http://127.0.0.{n % HOSTS + 1}:{port}/{n}"\n')
    start = time.monotonic()
    daemon = subprocess.Popen(
        [vigie, "run", "--config", f"{folder}/vigie.toml", "--log", "json"],
        stderr=subprocess.PIPE,
        text=True,
    )
    read = new = 0
    while read < feeds:
        line = json.loads(daemon.stderr.readline())
        if line["fields"].get("message") == "visited":
            read += 1
            new += line["fields"]["new"]
    elapsed = time.monotonic() - start
    threading.Thread(target=daemon.stderr.read, daemon=True).start()
    time.sleep(20)
    with open(f"/proc/{daemon.pid}/status") as file:
        status = dict(line.split(":", 1) for line in file)
    print(f"{feeds} feeds, {new} items: {elapsed:.1f} s, {new / elapsed:.0f} items/s over HTTP")
    print(f"at rest: VmRSS {status['VmRSS'].strip()}, of which anonymous {status['RssAnon'].strip()}")
    daemon.send_signal(signal.SIGTERM)
    sys.exit(daemon.wait())
