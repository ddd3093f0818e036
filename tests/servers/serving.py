"""What the servers of the living tests share: filling once, starting, stopping.

A server's filled data lie under ROOT, and are made anew when a file beside this one changes. `serve`
copies them into a folder of its own, prints one line of JSON, and lives as long as whoever started it
holds its standard input open: nothing is left running, however a test ends.
"""

import ctypes
import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 20
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def fill_once(folder, fill):
    """Calls `fill` with an empty folder, unless it was filled by the same files before."""
    # What installs is no part of what is installed.
    files = sorted(path for path in HERE.iterdir() if path.suffix in (".php", ".py", ".toml"))
    stamp = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    ready = folder / "ready"
    if ready.exists() and ready.read_text() == stamp:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    fill(folder)
    ready.write_text(stamp)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(command, log, environment=None):
    """Starts a process in a group of its own, which ends with this one even if that is killed."""
    with open(log, "ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        )


def stop(child):
    """Ends a process and all of its group."""
    if child.poll() is not None:
        return
    for way in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, way)
        except ProcessLookupError:
            pass
        try:
            child.wait(STOP_SECONDS_MAX)
            return
        except subprocess.TimeoutExpired:
            continue


def wait_until(what, holds, child):
    deadline = time.monotonic() + START_SECONDS_MAX
    while not holds():
        if child.poll() is not None:
            raise SystemExit(f"{what} ended with {child.returncode}; its log is beside its data")
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not start in {START_SECONDS_MAX} s")
        time.sleep(0.05)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=START_SECONDS_MAX) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def remember(folder, running):
    """Notes what the verbs need to know of the server that runs in a folder."""
    (folder / "running.json").write_text(json.dumps(running))


def running(folder):
    return json.loads((folder / "running.json").read_text())


def serve(url, children):
    """Says where the server is, and returns when nobody holds its standard input any more."""
    told = threading.Event()
    for way in (signal.SIGTERM, signal.SIGINT):
        signal.signal(way, lambda *_: told.set())
    threading.Thread(target=lambda: (sys.stdin.read(), told.set()), daemon=True).start()
    pids = [os.getpid(), *(child.pid for child in children)]
    print(json.dumps({"url": url, "pids": pids}), flush=True)
    told.wait()
