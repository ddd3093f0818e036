"""Reads `content.toml`, and gives all that it holds a date in 2025: always the same one."""

import pathlib
import re
import tomllib

LINE = re.compile(r"(?:(\d+)> )?([^:]+): (.*)", re.DOTALL)
REVIEW = re.compile(r"(\d) ([^:]+): ([^|]+) \| (.*)")
# 2025-03-03T07:12:09Z: winter time, of which the last posts are no longer.
BEGIN = 1740985929
DAY = 86400
with open(pathlib.Path(__file__).with_name("content.toml"), "rb") as file:
    CONTENT = tomllib.load(file)


def said(line, begin, n, pause):
    answers, author, text = LINE.fullmatch(line).groups()
    return {
        "author": author,
        "text": text,
        # Its place among the others, counted from 0.
        "answers": None if answers is None else int(answers) - 1,
        "date": begin + (n + 1) * pause,
    }


def posts():
    """Posts, each with its comments, from the oldest to the newest."""
    posts = []
    for n, post in enumerate(CONTENT["posts"]):
        date = BEGIN + n * 5 * DAY + n * n * 61
        lines = enumerate(post["comments"])
        comments = [said(line, date, m, 6 * 3600 + 1234) for m, line in lines]
        posts.append({**post, "date": date, "comments": comments})
    return posts


def threads():
    """Conversations of the mailing list, each a subject and its mails."""
    threads = []
    for n, thread in enumerate(CONTENT["threads"]):
        date = BEGIN + n * 9 * DAY
        mails = [said(line, date, m, 3 * 3600 + 617) for m, line in enumerate(thread["mails"])]
        threads.append({"subject": thread["subject"], "mails": mails})
    return threads


def products():
    """Products, each with its reviews."""
    products = []
    for n, product in enumerate(CONTENT["products"]):
        reviews = []
        for m, line in enumerate(product["reviews"]):
            stars, author, title, text = REVIEW.fullmatch(line).groups()
            date = BEGIN + (n * 20 + m * 3) * DAY + m * 4321
            reviews.append(
                {"stars": int(stars), "author": author, "title": title, "text": text, "date": date}
            )
        products.append({"title": product["title"], "reviews": reviews})
    return products
