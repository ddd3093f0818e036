#!/usr/bin/env bash
# The one test command: format, lints, the README's own commands, tests.
# On a fresh machine it installs what it needs; Rust and a C compiler must be there.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

# A Python with an SMTP server, a verifier of DKIM, a receiver of webhooks and a reader of feeds for the tests, under target/.
tools() {
  local venv="${CARGO_TARGET_DIR:-target}/test-python"
  if ! "$venv/bin/python" -c 'import aiosmtpd, dkim, feedparser, nacl, standardwebhooks' 2>/dev/null; then
    if ! python3 -m venv --clear "$venv" 2>/dev/null; then
      apt-get update -qq
      apt-get install -y -qq --no-install-recommends python3 python3-venv
      python3 -m venv --clear "$venv"
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
      aiosmtpd==1.4.6 dkimpy==1.1.8 feedparser==6.0.14 pynacl==1.6.2 standardwebhooks==1.1.0
  fi
  VIGIE_TEST_PYTHON="$(cd "$venv/bin" && pwd)/python"
  export VIGIE_TEST_PYTHON
  # A WebSub hub that is not ours.
  local hub="${CARGO_TARGET_DIR:-target}/test-hub"
  if ! "$hub/bin/python" -c 'import celery, flask_websub' 2>/dev/null; then
    python3 -m venv --clear "$hub"
    "$hub/bin/pip" install --quiet --disable-pip-version-check flask-websub==0.4.1 celery==5.7.0
  fi
  VIGIE_TEST_HUB="$(cd "$hub/bin" && pwd)/python"
  export VIGIE_TEST_HUB
  # Mails are looked at in a browser; where there is none the test says so by name.
  if ! command -v chromium >/dev/null && command -v apt-get >/dev/null; then
    timeout 300 sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium' ||
      echo "NOT RUN: chromium can't be installed, so no mail is looked at in a browser"
  fi
  if ! command -v openssl >/dev/null; then
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends openssl
  fi
}

# Runs the lines of the README that begin with "cargo run", from the first to the last: what the
# README says must work as it stands.
readme_commands() {
  local ran=0 line
  while IFS= read -r line; do
    printf '$ %s\n' "$line"
    bash -c "$line" </dev/null
    ran=$((ran + 1))
  done < <(grep -E '^cargo run --release -- ' README.md)
  [ "$ran" -ge 3 ] || { echo "README.md shows no commands"; exit 1; }
  echo "$ran commands of README.md work"
}

step "tools"
tools

step "servers of the living tests"
servers="${CARGO_TARGET_DIR:-target}/test-servers"
tests/servers/install.sh "$servers"
VIGIE_TEST_SERVERS="$(cd "$servers" && pwd)"
export VIGIE_TEST_SERVERS

step "format"
cargo fmt --all --check

step "lints"
cargo clippy --quiet --workspace --all-targets -- -D warnings

step "licences and sources of what is built in"
if command -v cargo-deny >/dev/null; then
  cargo deny --offline check licenses bans sources
else
  echo "NOT RUN: cargo-deny is not installed"
fi

step "the commands of the README"
readme_commands

step "tests"
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace
  cargo test --quiet --workspace --doc
else
  cargo test --workspace
fi
