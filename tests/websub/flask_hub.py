"""A feed and a hub by flask-websub, which is no work of ours: to see that Vigie understands others.

Usage: flask_hub.py FOLDER, which prints its port. POST /publish?name=… adds an item and has the hub
push the feed; POST /write?name=… adds one that is not pushed.
"""

import sys
import threading
from pathlib import Path

from celery import Celery
from flask import Flask, Response, request
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.publisher import init_publisher, publisher
from werkzeug.serving import make_server

ITEM = (
    '<item><guid isPermaLink="false">{0}</guid><title>Ozalée : {0}</title>'
    "<link>https://site.example/{0}</link><description>Du thé.</description></item>"
)
FEED = '<rss version="2.0"><channel><title>Flask</title>{}</channel></rss>'

folder = Path(sys.argv[1])
app = Flask(__name__)
# Publishers say by a POST that there is something new.
app.config["PUBLISH_SUPPORTED"] = True
# Tasks run at once, in the thread that asks for them: the hub verifies before it answers.
celery = Celery("hub", broker="memory://")
celery.conf.task_always_eager = True
hub = Hub(SQLite3HubStorage(str(folder / "hub.sqlite3")), celery, MAX_ATTEMPTS=2)
app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
init_publisher(app)
names = []


@app.route("/feed")
@publisher()
def feed():
    body = FEED.format("".join(ITEM.format(name) for name in reversed(names)))
    return Response(body, mimetype="application/rss+xml")


@app.post("/write")
def write():
    names.append(request.args["name"])
    return "written\n"


@app.post("/publish")
def publish():
    write()
    hub.send_change_notification.delay(request.host_url + "feed")
    return "published\n"


server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
# Ends with the test, which holds the other end.
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
