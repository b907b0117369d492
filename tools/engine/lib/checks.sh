# Proves what was set up by using it, all checks side by side.
# shellcheck shell=bash disable=SC2154

check() {
  local file=$checks_dir/$1
  shift
  { if "$@" >"$file.out" 2>&1; then echo ok; else echo FAILED; fi >"$file.result"; } 9>&- &
}

run_checks() {
  step "Checks"
  checks_dir=$(mktemp -d)
  check engine docker version --format '{{.Server.Version}}, api {{.Server.APIVersion}}'
  check compose docker compose version --short
  check buildx docker buildx version
  check node docker run --rm node:24-bookworm-slim node -p process.version
  check postgres docker run --rm postgres:16-alpine postgres --version
  check redis docker run --rm redis:7-alpine redis-server --version
  check nginx docker run --rm nginx:alpine nginx -t
  check network docker run --rm debian:bookworm-slim cat /sys/class/net/eth0/mtu
  wait
  local result name failed=
  for result in "$checks_dir"/*.result; do
    name=$(basename "$result" .result)
    printf '  %-6s %-9s %s\n' "$(cat "$result")" "$name" "$(tail -n 1 "$checks_dir/$name.out" | cut -c1-90)"
    [ "$(cat "$result")" = ok ] || failed=1
  done
  rm -rf "$checks_dir"
  [ -z "$failed" ] || fail "some checks failed; the engine's log is $daemon_log"
}
