"""Judges a simulated season by what was promised and what came, and by nothing that the program says.

usage: judge.py SEASON.json MAILS

SEASON.json has who wants which mentions, when the program found them, and when which mail and which event came;
MAILS is the folder of the mails. Times of day are reckoned by Python's own time zones. Prints one JSON object:
counts, and a list of problems.
"""

import calendar
import collections
import datetime as dt
import email
import email.policy
import json
import pathlib
import re
import sys
import zoneinfo

MINUTE = dt.timedelta(minutes=1)
# In how many minutes a mail that failed is tried again, as docs say: 1, 5, 30 minutes, 2, 6, 12, 24, 24 hours.
RETRIES = [1, 5, 30, 120, 360, 720, 1440, 1440]
TOKEN = re.compile(r"\bm\d{5}\b")

season = json.load(open(sys.argv[1]))
mails = pathlib.Path(sys.argv[2])
UTC = dt.timezone.utc


def at(seconds):
    return dt.datetime.fromtimestamp(seconds, UTC)


FROM, UNTIL = at(season["from"]), at(season["until"])
STEP = dt.timedelta(seconds=season["step_s"])
OUTAGES = [(at(a), at(b), away) for a, b, away in season["outages"]]
# After so long some mail has been tried that found the server back, and called the others.
CALLED = dt.timedelta(hours=3)
counts = collections.Counter()
problems = []


def instant(wall, zone):
    """When the clocks show a wall time for the first time; where they skip it, when they have skipped it."""
    moment = wall.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    moment -= dt.timedelta(hours=3)
    while moment.astimezone(zone).replace(tzinfo=None) < wall:
        moment += MINUTE
    return moment


def minutes(text):
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def times_of_day(who, zone):
    """The moments of a subscription that has times of day."""
    day = (FROM - dt.timedelta(days=2)).date()
    while day <= (UNTIL + dt.timedelta(days=2)).date():
        wanted = {
            "daily": True,
            "weekly": day.weekday() == who.get("weekday"),
            "weekdays": day.weekday() < 5,
            "monthly": day.day
            == min(who.get("day", 0), calendar.monthrange(day.year, day.month)[1]),
        }[who["cadence"]]
        if wanted:
            for time in who["at"]:
                wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes(time))
                yield instant(wall, zone)
        day += dt.timedelta(days=1)


def is_quiet(who, zone, moment):
    wall = moment.astimezone(zone)
    for first, last in who["away"]:
        if first <= wall.date().isoformat() <= last:
            return True
    if wall.weekday() in who["quiet_days"]:
        return True
    minute = wall.hour * 60 + wall.minute
    for span in who["quiet_hours"]:
        first, last = map(minutes, span.split("-"))
        inside = first <= minute < last if first < last else minute >= first or minute < last
        if inside:
            return True
    return False


def is_muted(who, brands, moment):
    """Whether all that finds a mention for somebody is muted."""
    muted = {
        mute["query"]
        for mute in season["mutes"]
        if at(mute["since"]) <= moment < at(mute["until"]) and mute["who"] in (None, who["id"])
    }
    return brands <= muted


def tellings(who, zone, found):
    """When a subscription is told, given when its mentions were found, and by what."""
    kind = who["cadence"]
    since = at(who["since"])
    if kind == "hourly":
        due = lambda moment: moment.minute == 0
    elif kind == "half past":
        due = lambda moment: moment.astimezone(zone).minute == 30
    elif kind == "as it happens":
        due = None
    else:
        moments = set(times_of_day(who, zone))
        due = lambda moment: moment in moments
    waiting, is_due, told = sorted(found, key=lambda one: one[:2]), False, {}
    last, blocked, mails = None, since, collections.Counter()
    moment = since
    while moment <= UNTIL:
        news = [one for one in waiting if at(one[0]) <= moment]
        held = [one for one in news if is_muted(who, one[2], moment)]
        news = [one for one in news if one not in held]
        counts["steps at which mentions waited for a mute to end"] += 1 if held else 0
        if due is not None:
            is_due = is_due or moment > since and due(moment)
        elif news:
            # Others have time to join the first; two mails have an interval; a day may have enough of them.
            leaves = at(news[0][0]) + who["wait"] * MINUTE
            leaves = max(leaves, last + who["interval"] * MINUTE) if last else leaves
            is_due = moment >= leaves and moment >= blocked
        if is_due and not is_quiet(who, zone, moment):
            told.update({token: moment for _, token, _ in news})
            waiting = [one for one in waiting if one not in news]
            is_due = False
            if news and not any(at(a) <= moment < at(b) for a, b in who["paused"]):
                last = moment
                day = moment.astimezone(zone).date()
                mails[day] += 1
                if due is None and who["a_day"] and mails[day] >= who["a_day"]:
                    morning = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(8))
                    blocked = instant(morning, zone)
                    counts["days that had enough mails"] += 1
        moment += STEP
    counts["found too late to be told by the end"] += len(waiting)
    return told


def not_quiet(who, zone, moment):
    """The first step from a moment on at which mails may come."""
    while is_quiet(who, zone, moment):
        moment += STEP - (moment - FROM) % STEP
    return moment


def tried_after(who, zone, first_try, last, pauses):
    """When a mail must have come that was first tried in an outage until `last`: what is due in quiet time waits."""
    soonest = latest = first_try
    for pause in pauses:
        # Each pause is as long as it is said to be, or up to a tenth longer, and ends at the next step.
        soonest = not_quiet(who, zone, soonest + pause * MINUTE)
        latest = not_quiet(who, zone, latest + pause * 1.1 * MINUTE + STEP)
        if soonest >= last:
            break
    return latest


# A try in which the program is killed counts: the pause after it is the next longer one.
PAUSES = [RETRIES] + [RETRIES[:nth] + RETRIES[nth + 1 :] for nth in range(len(RETRIES))]


def latest(who, zone, promised):
    """When a mail must have come, given the outages of the mail server."""
    bound = promised
    for first, last, away in OUTAGES:
        if first <= bound < last:
            if away:
                bound = not_quiet(who, zone, last + CALLED)
            else:
                bound = max(tried_after(who, zone, bound, last, pauses) for pauses in PAUSES)
    return bound


# What came, by subscription: (token) -> [(message id, when)].
came = collections.defaultdict(lambda: collections.defaultdict(list))
letters = collections.defaultdict(list)
# How many mentions did not fit into mails, as these say.
unfit = collections.Counter()
by_address = {who["to"].lower(): who for who in season["subscribers"]}
seen_ids = collections.Counter()
for nth, when in season["accepted"]:
    with open(mails / f"{nth:04}.eml", "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    counts["mails accepted"] += 1
    message_id = str(mail["Message-ID"])
    seen_ids[message_id] += 1
    address = email.utils.parseaddr(str(mail["To"]))[1].lower()
    if address not in by_address:
        counts["mails to the owner"] += 1
        continue
    who = by_address[address]
    body_text = mail.get_body(("plain",)).get_content()
    text = set(TOKEN.findall(body_text))
    html = set(TOKEN.findall(mail.get_body(("html",)).get_content()))
    if text != html:
        problems.append(f"{who['id']}: text and HTML tell different things: {sorted(text ^ html)[:5]}")
    if not text:
        problems.append(f"{who['id']}: a mail tells nothing: {mail['Subject']}")
    did_not_fit = re.search(r"^(\d+) more did not fit into this mail$", body_text, re.MULTILINE)
    unfit[who["id"]] += int(did_not_fit[1]) if did_not_fit else 0
    letters[who["id"]].append((at(when), message_id, text))
    for token in text:
        came[who["id"]][token].append((message_id, at(when)))

counts["messages"] = len(seen_ids)
counts["repeats with the same Message-ID"] = sum(seen_ids.values()) - len(seen_ids)

for who in season["subscribers"]:
    name, zone = who["id"], zoneinfo.ZoneInfo(who["zone"])
    since = at(who["since"])
    left = at(who["left"]) if who["left"] else None
    pauses = [(at(a), at(b)) for a, b in who["paused"]]
    followed = lambda one: set(one["queries"]) & set(who["queries"])
    wanted = [
        (one["found"], one["token"], followed(one))
        for one in season["mentions"]
        if one["found"] and at(one["found"]) >= since and followed(one)
    ]
    told = tellings(who, zone, wanted)
    for token, promised in told.items():
        got = came[name].pop(token, [])
        if left and promised >= left:
            counts["not due: unsubscribed"] += 1
            if got:
                problems.append(f"{name}: {token} came after unsubscribing")
            continue
        if any(first <= promised < last for first, last in pauses):
            counts["not due: paused"] += 1
            if got:
                problems.append(f"{name}: {token} came of a pause")
            continue
        bound = latest(who, zone, promised)
        if not got:
            if left and bound > left:
                counts["waited for the mail server as its reader left"] += 1
            elif unfit[name]:
                unfit[name] -= 1
                counts["mentions that did not fit into a mail, which says so"] += 1
            elif bound > UNTIL:
                counts["still waits for the mail server at the end"] += 1
            else:
                problems.append(f"{name}: {token} is lost, promised {promised}")
            continue
        ids = {message_id for message_id, _ in got}
        if len(ids) != 1:
            problems.append(f"{name}: {token} came in {len(ids)} digests")
        first = min(when for _, when in got)
        if first == promised:
            counts["mentions told at the promised time"] += 1
        elif promised < first <= bound:
            counts["mentions told as soon as the mail server was back"] += 1
        else:
            problems.append(f"{name} ({who['cadence']}): {token} came {first}, promised {promised}")
    for token in came[name]:
        problems.append(f"{name}: {token} was not for it")
    for when, message_id, text in letters[name]:
        if left and when > left:
            problems.append(f"{name}: a mail at {when}, unsubscribed {left}")
        if any(first <= when < last for first, last in pauses):
            problems.append(f"{name}: a mail at {when}, in a pause")
        if is_quiet(who, zone, when):
            problems.append(f"{name}: a mail at {when}, in quiet time")

# Events: each at least once, by one id.
told_to = collections.defaultdict(lambda: collections.defaultdict(set))
taken = collections.defaultdict(lambda: collections.defaultdict(list))
for event in season["events"]:
    counts["events sent"] += 1
    if event["type"] != "mention.created":
        counts["events of other types"] += 1
        continue
    told_to[event["path"]][event["token"]].add(event["id"])
    if event["how"] == "accept":
        taken[event["path"]][event["token"]].append(at(event["at"]))
for endpoint in season["endpoints"]:
    path = endpoint["path"]
    gone = at(endpoint["gone"]) if endpoint["gone"] else None
    for one in season["mentions"]:
        if not one["found"]:
            continue
        token, found = one["token"], at(one["found"])
        if len(told_to[path][token]) > 1:
            problems.append(f"{path}: {token} has {len(told_to[path][token])} ids")
        times = taken[path][token]
        if times:
            counts["events taken"] += 1
            counts["events taken again, by the same id"] += len(times) - 1
            if endpoint["steady"] and min(times) - found > 2 * STEP:
                problems.append(f"{path}: {token} came {min(times)}, found {found}")
        elif gone and found >= gone - 3 * STEP:
            counts["events not due: the endpoint was gone"] += 1
        elif found > UNTIL - dt.timedelta(hours=2):
            counts["events found at the very end"] += 1
        else:
            problems.append(f"{path}: {token} was never taken, found {found}")
    if gone:
        own = [e for e in season["events"] if e["path"] == path]
        refused = min((at(e["at"]) for e in own if e["how"] == 410), default=UNTIL)
        # What was under way when it was killed is sent once more.
        late = [e for e in own if at(e["at"]) > refused + STEP]
        counts["requests after 410"] += len(late)
        if late:
            problems.append(f"{path}: {len(late)} requests after 410")

print(json.dumps({"counts": counts, "problems": problems}))
