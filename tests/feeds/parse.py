"""Reads feeds as others do: Atom and RSS by feedparser, JSON Feed by what its specification demands.

Usage: parse.py FILE...; prints one JSON object for each, with what all forms must agree on.
"""

import json
import sys
from datetime import datetime

import feedparser


def stamp(parts):
    return datetime(*parts[:6]).isoformat() + "Z" if parts else None


def by_feedparser(text):
    read = feedparser.parse(text)
    assert not read.bozo, read.bozo_exception
    links = {link.rel: link.href for link in read.feed.links}
    return {
        "version": read.version,
        "title": read.feed.title,
        "self": links.get("self"),
        "hub": links.get("hub"),
        "entries": [
            {
                "id": one.id,
                "title": one.title_detail.value,
                "url": one.get("link"),
                "author": one.author,
                "published": stamp(one.published_parsed),
                "updated": stamp(one.updated_parsed),
                "tags": [tag.term for tag in one.tags],
                # Made harmless, as feed readers show it.
                "html": one.content[0].value if "content" in one else one.summary,
                "source": one.source.title,
            }
            for one in read.entries
        ],
    }


def by_specification(text):
    feed = json.loads(text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    for key in ("title", "feed_url", "language"):
        assert isinstance(feed[key], str), key
    hubs = feed.get("hubs", [])
    assert all(isinstance(hub["type"], str) and isinstance(hub["url"], str) for hub in hubs)
    # Of a home page its reader could not open any.
    known = {"version", "title", "feed_url", "language", "items", "hubs"}
    assert all(key in known or key.startswith("_") for key in feed), feed.keys()
    entries = []
    for one in feed["items"]:
        known = {"id", "url", "title", "content_text", "content_html", "date_published"}
        known |= {"date_modified", "authors", "tags", "language"}
        assert all(key in known or key.startswith("_") for key in one), one.keys()
        texts = ("id", "title", "content_text", "content_html", "date_published", "date_modified")
        assert all(isinstance(one[key], str) for key in texts), one
        assert all(isinstance(tag, str) for tag in one["tags"])
        (author,) = one["authors"]
        for key in ("date_published", "date_modified"):
            datetime.fromisoformat(one[key].replace("Z", "+00:00"))
        entries.append(
            {
                "id": one["id"],
                "title": one["title"],
                "url": one.get("url"),
                "author": author["name"],
                "published": one["date_published"],
                "updated": one["date_modified"],
                "tags": one["tags"],
                "html": one["content_html"],
                "source": one["_vigie"]["source"],
            }
        )
    return {
        "version": "json11",
        "title": feed["title"],
        "self": feed["feed_url"],
        "hub": hubs[0]["url"] if hubs else None,
        "entries": entries,
    }


for name in sys.argv[1:]:
    with open(name, "rb") as file:
        body = file.read()
    print(json.dumps(by_specification(body) if name.endswith(".json") else by_feedparser(body)))
