# Progress on stdout, details in the log, failures with the log's last lines on stderr.
# shellcheck shell=bash disable=SC2154

now() { date +%s%N; }
elapsed() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.1f s", (to - from) / 1e9 }'; }
started_at=$(now)
step_at=$started_at

step() { step_at=$(now); printf '%s\n' "$*"; }
ok() { printf '  done: %s (%s)\n' "$*" "$(elapsed "$step_at")"; }
kept() { printf '  already there: %s\n' "$*"; }
note() { printf '  note: %s\n' "$*"; }
fail() {
  printf 'Engine set-up failed: %s\n' "$*" >&2
  if [ -s "$log" ]; then
    printf 'Last lines of %s:\n' "$log" >&2
    tail -n 15 "$log" >&2
  fi
  exit 1
}

quiet() { "$@" >>"$log" 2>&1; }
has() { command -v "$1" >/dev/null 2>&1; }
# Whether FILE exists and is younger than MINUTES.
fresh() { [ -n "$(find "$1" -mmin "-$2" 2>/dev/null)" ]; }

clean_up() {
  [ -z "${policy_file:-}" ] || rm -f "$policy_file"
}
