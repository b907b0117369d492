#!/bin/sh
# Brings what a clone needs: the packages of package-lock.json (Node 24 is one of them), the page and nats-server.
# Safe to repeat, and quick when nothing is missing. Works offline when everything is there already.
set -eu
cd "$(dirname "$0")/.."
stamp=node_modules/.dockfra-setup

say() { printf 'setup: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

lock_sum() { cat package-lock.json .npmrc | cksum; }

packages_are_current() {
  [ -x node_modules/.bin/node ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(lock_sum)" ]
}

require_npm() {
  command -v node >/dev/null 2>&1 || stop "Node is missing. Install Node 20 or newer with npm (https://nodejs.org), then run this again."
  command -v npm >/dev/null 2>&1 || stop "npm is missing. Install it with Node (https://nodejs.org), then run this again."
  major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
  [ "$major" -ge 20 ] || stop "Node $(node --version) is too old to fetch Node 24. Install Node 20 or newer (https://nodejs.org), then run this again."
}

# Reports every few seconds, for npm itself is silent while it downloads.
report_progress() {
  # The sleep outlives this loop's end for a moment, and must not keep the caller's pipe open.
  while sleep 5 >/dev/null 2>&1; do
    size=$(du -sm node_modules 2>/dev/null | cut -f1)
    say "npm ci: ${size:-0} MB in node_modules after $(($(date +%s) - started)) s"
  done
}

install_packages() {
  require_npm
  say "npm ci: $(grep -c '^    "node_modules/' package-lock.json) packages of package-lock.json, Node 24 among them"
  started=$(date +%s)
  log=$(mktemp)
  report_progress &
  reporter=$!
  trap 'kill "$reporter" 2>/dev/null || :; rm -f "$log"' EXIT
  trap 'exit 130' INT TERM
  status=0
  npm ci --include=dev --no-progress --fetch-retries=1 --fetch-retry-mintimeout=2000 >"$log" 2>&1 || status=$?
  kill "$reporter" 2>/dev/null || :
  if [ "$status" != 0 ]; then
    tail -n 15 "$log" >&2
    if grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|ENOTCACHED' "$log"; then
      stop "The npm registry cannot be reached. Connect to the internet, or set npm's registry or proxy, then run this again."
    fi
    stop "npm ci failed, see above. Mend what it names, then run this again."
  fi
  [ -x node_modules/.bin/node ] || stop "npm ci brought no Node 24. Its install scripts may be switched off: run 'npm config get ignore-scripts', set it to false, then run this again."
  rm -f "$log"
  lock_sum >"$stamp"
  say "npm ci: $(du -sm node_modules | cut -f1) MB in $(($(date +%s) - started)) s; $(node_modules/.bin/node --version)"
}

packages_are_current || install_packages

: "${NODE_COMPILE_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/dockfra/compile}"
export NODE_COMPILE_CACHE
node_modules/.bin/node --disable-warning=ExperimentalWarning tools/page.ts
exec node_modules/.bin/node --disable-warning=ExperimentalWarning tools/nats-server.ts
