#!/usr/bin/env bash
# Installs the servers of the living tests and fills them: WordPress with MariaDB and HyperKitty from
# Debian, django-oscar from PyPI. What is there already stays. Each one that cannot be had is told by
# name; with VIGIE_LIVING=required that is an error.
#
# Usage: tests/servers/install.sh ROOT
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$1"
mkdir -p "$root"
export PYTHONDONTWRITEBYTECODE=1

WORDPRESS=(wordpress wordpress-l10n wordpress-theme-twentytwentyone mariadb-server php-cli php-mysql
  php-xml php-mbstring)
HYPERKITTY=(python3-django-hyperkitty)
PATIENCE=(-o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20)
OSCAR=(django-oscar==4.2 sorl-thumbnail==13.4.0)

# Returns whether Debian packages are installed, all of them.
installed() {
  local status='${db:Status-Status}\n'
  [ "$(dpkg-query --show --showformat="$status" "$@" 2>/dev/null | grep -cx installed)" -eq $# ]
}

# Installs packages that are not there yet. Debian starts a server with its package; these stand idle
# until a test wants one of its own, so apt is told to start none.
packages() {
  local policy=/usr/sbin/policy-rc.d ours='' status=0
  ! installed "$@" || return 0
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && ours="$policy"
  fi
  { apt-get update -qq "${PATIENCE[@]}" && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    "${PATIENCE[@]}" --no-install-recommends "$@"; } </dev/null || status=$?
  [ -z "$ours" ] || rm "$ours"
  return "$status"
}

wordpress() {
  packages "${WORDPRESS[@]}" && /usr/bin/python3 "$here/wordpress.py" fill "$root"
}

hyperkitty() {
  packages "${HYPERKITTY[@]}" && /usr/bin/python3 "$here/mail_archive.py" fill "$root"
}

oscar() {
  local venv="$root/oscar-python"
  if ! "$venv/bin/python" -c 'import oscar, sorl' 2>/dev/null; then
    packages python3-venv && /usr/bin/python3 -m venv --clear "$venv" &&
      "$venv/bin/pip" install --quiet --disable-pip-version-check "${OSCAR[@]}" || return
  fi
  "$venv/bin/python" "$here/shop.py" fill "$root"
}

missing=0
for server in wordpress hyperkitty oscar; do
  log="$root/$server.log"
  begin=$SECONDS
  # A function within a condition does not end at its first failure: each of its steps says `&&`.
  if "$server" >"$log" 2>&1; then
    echo "$server is ready ($((SECONDS - begin)) s)"
  else
    rm -f "$root/$server/ready"
    echo "NOT RUN: the living tests of $server, which could not be installed: $(tail -n 1 "$log")"
    missing=$((missing + 1))
  fi
done
if [ "$missing" -gt 0 ] && [ "${VIGIE_LIVING:-}" = required ]; then
  echo "VIGIE_LIVING=required, and $missing servers are missing; the logs are in $root" >&2
  exit 1
fi
