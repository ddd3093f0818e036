"""WordPress with its database (MariaDB), as Debian packages them, on 127.0.0.1.

Usage: wordpress.py fill ROOT             make the site of `content.toml` under ROOT, if it is not there
       wordpress.py serve ROOT DIR        serve a copy of it until standard input ends
       wordpress.py VERB DIR [ARGUMENT…]  do something to the site that is served from DIR; the verbs
                                          and what they print are in `wordpress.php`
"""

import getpass
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import content
import serving

PACKAGE = pathlib.Path("/usr/share/wordpress")
# Small, and without a port: the site is the only one who asks it.
DATABASE = [
    "--no-defaults",
    "--skip-networking",
    "--skip-log-bin",
    "--performance-schema=OFF",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=OFF",
    "--aria-pagecache-buffer-size=8M",
    "--key-buffer-size=1M",
    f"--user={getpass.getuser()}",
]


def start_database(folder, socket):
    command = ["mariadbd", *DATABASE, f"--datadir={folder}", f"--socket={socket}"]
    child = serving.start(command + [f"--pid-file={folder}/pid"], folder.parent / "mariadb.log")

    def asks():
        ping = ["mariadb-admin", "--no-defaults", f"--socket={socket}", "ping"]
        return subprocess.run(ping, capture_output=True).returncode == 0

    serving.wait_until("MariaDB", asks, child)
    return child


def php(site, url, socket, arguments, given=None):
    """Runs `wordpress.php` within the site and returns what it prints."""
    script = [os.fspath(serving.HERE / "wordpress.php"), *arguments]
    result = subprocess.run(
        ["php", "-d", "display_errors=stderr", *script],
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment(site, url, socket)},
    )
    if result.returncode != 0:
        raise SystemExit(f"wordpress.php {arguments[0]} failed: {result.stdout}")
    return result.stdout


def environment(site, url, socket):
    return {"SITE": os.fspath(site), "SITE_URL": url, "SITE_SOCKET": os.fspath(socket)}


def fill(folder):
    site, database = folder / "site", folder / "database"
    # The package's own wp-config.php looks for one in /etc for each host; this copy has its own.
    shutil.copytree(PACKAGE, site, ignore=shutil.ignore_patterns("wp-config.php", ".htaccess"))
    shutil.copy(serving.HERE / "wordpress-config.php", site / "wp-config.php")
    install = ["mariadb-install-db", "--no-defaults", "--skip-test-db", f"--datadir={database}"]
    install += ["--auth-root-authentication-method=normal", "--innodb-log-file-size=8M"]
    subprocess.run(install + [f"--user={getpass.getuser()}"], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as sockets:
        socket = pathlib.Path(sockets) / "s"
        child = start_database(database, socket)
        try:
            create = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "-e"]
            subprocess.run(create + ["CREATE DATABASE wordpress CHARACTER SET utf8mb4"], check=True)
            # Guids keep the address that a site had when a post was written. This one never asks for it.
            php(site, "http://127.0.0.1", socket, ["install"])
            php(site, "http://127.0.0.1", socket, ["fill"], json.dumps(content.posts()))
        finally:
            serving.stop(child)


def serve(root, folder):
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(root / "database", folder / "database")
    children = []
    # A socket's address may be no longer than 107 bytes.
    with tempfile.TemporaryDirectory() as sockets:
        socket = pathlib.Path(sockets) / "s"
        try:
            children.append(start_database(folder / "database", socket))
            port = serving.free_port()
            site, url = root / "site", f"http://127.0.0.1:{port}"
            command = ["php", "-S", f"127.0.0.1:{port}", "-t", os.fspath(site)]
            command.append(os.fspath(serving.HERE / "wordpress-router.php"))
            log = folder / "php.log"
            children.append(serving.start(command, log, environment(site, url, socket)))
            serving.wait_until("PHP", lambda: serving.answers(f"{url}/feed/"), children[-1])
            serving.remember(folder, [os.fspath(site), url, os.fspath(socket)])
            serving.serve(url, children)
        finally:
            for child in reversed(children):
                serving.stop(child)


verb, folder, *arguments = sys.argv[1:]
folder = pathlib.Path(folder).resolve()
if verb == "fill":
    serving.fill_once(folder / "wordpress", fill)
elif verb == "serve":
    serve(folder / "wordpress", pathlib.Path(arguments[0]).resolve())
else:
    print(php(*serving.running(folder), [verb, *arguments]), end="")
