# Packages of this release by the host's apt, and of newer suites by an apt directory of our own.
# shellcheck shell=bash disable=SC2154

package_version() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || true; }

host_lists_refreshed=
refresh_host_lists() {
  [ -z "$host_lists_refreshed" ] || return 0
  quiet apt-get -q update || fail "apt-get update failed; is Debian's mirror reachable?"
  host_lists_refreshed=1
}

host_install() {
  quiet env RUNLEVEL=1 apt-get -q -y --no-install-recommends \
    -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io install "$@"
}

# Known from apt's sources, also before the first apt-get update.
debian_mirror() {
  apt-get update --print-uris 2>/dev/null | sed -n "s#^'\([^']*/debian\)/dists/.*#\1#p" | sed -n 1p
}

# suite_apt SUITE TOOL ARGUMENTS: apt-get or apt-cache against SUITE alone; the host's lists and status stay out.
suite_apt() {
  local suite=$1 tool=$2 dir=$state/apt-$1
  shift 2
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/parts"
  : >"$dir/status"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$(debian_mirror)" "$suite" \
    >"$dir/sources.list"
  "$tool" \
    -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts="$dir/parts" \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts="$dir/parts" \
    -o Dir::State::lists="$dir/lists" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false \
    -o APT::Update::Post-Invoke::= "$@"
}

refresh_suite() {
  local stamp=$state/apt-$1/refreshed
  fresh "$stamp" 720 && return 0
  suite_apt "$1" apt-get -q update >>"$log.suites" 2>&1 && touch "$stamp"
}

suite_job=
refresh_suites_in_background() {
  engine_is_installed && return 0
  # Only the first suite: the others are rarely asked.
  refresh_suite "${suites%% *}" 9>&- &
  suite_job=$!
}

suite_ready() {
  if [ -n "$suite_job" ]; then
    wait "$suite_job" || true
    suite_job=
  fi
  refresh_suite "$1"
}

# install_from_suites PACKAGE...: all of them from the first suite that has them and fits this release's libraries.
install_from_suites() {
  local suite dir
  for suite in $suites; do
    suite_ready "$suite" || { note "the package list of $suite cannot be fetched"; continue; }
    dir=$state/packages-$suite
    rm -rf "$dir"
    mkdir -p "$dir"
    if (cd "$dir" && quiet suite_apt "$suite" apt-get -q download "$@") \
      && quiet apt-get -q -y -s --no-install-recommends install "$dir"/*.deb; then
      host_install "$dir"/*.deb || fail "installing $* from $suite failed"
      rm -rf "$dir"
      note "taken from $suite: $*"
      return 0
    fi
    rm -rf "$dir"
    note "$suite does not fit this release, trying the next suite"
  done
  return 1
}
