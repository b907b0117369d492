# What is installed on the host: tools, engine, Compose and buildx.
# shellcheck shell=bash disable=SC2154

plugin_dirs="/usr/libexec/docker/cli-plugins /usr/lib/docker/cli-plugins /usr/local/lib/docker/cli-plugins"
# Older engines lack what current compose files use.
oldest_engine_major=24

has_plugin() {
  local dir
  for dir in $plugin_dirs; do [ ! -x "$dir/docker-$1" ] || return 0; done
  return 1
}

installed_engine() {
  has dockerd || return 0
  dockerd --version | sed -n 's/.*version \([0-9.]*\).*/\1/p'
}

engine_is_installed() {
  local version
  version=$(installed_engine)
  [ -n "$version" ] && [ "${version%%.*}" -ge "$oldest_engine_major" ] && has_plugin compose && has_plugin buildx
}

# Without an init system a maintainer script must not try to start or stop services.
policy_file=
forbid_service_starts() {
  [ ! -d /run/systemd/system ] && [ ! -e /usr/sbin/policy-rc.d ] || return 0
  policy_file=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' >"$policy_file"
  chmod 755 "$policy_file"
}

install_tools() {
  step "Tools from Debian"
  local wanted=() package
  for package in iptables mmdebstrap ca-certificates curl ${with_registry:+docker-registry}; do
    [ -n "$(package_version "$package")" ] || wanted+=("$package")
  done
  if [ ${#wanted[@]} = 0 ]; then
    kept "iptables, mmdebstrap, ca-certificates, curl"
    return 0
  fi
  refresh_host_lists
  host_install "${wanted[@]}" || fail "apt-get install ${wanted[*]} failed"
  ok "${wanted[*]}"
}

install_engine() {
  step "Docker engine, Compose and buildx"
  if engine_is_installed; then
    kept "engine $(installed_engine), $(docker compose version 2>/dev/null), $(docker buildx version | cut -d' ' -f2)"
    return 0
  fi
  local wanted=() version
  version=$(installed_engine)
  if [ -z "$version" ] || [ "${version%%.*}" -lt "$oldest_engine_major" ]; then
    [ -z "$running" ] || fail "engine $running is running and too old; stop and remove it, then run this again"
    wanted+=(docker.io docker-cli containerd tini-static)
  fi
  has_plugin compose && has_plugin buildx || wanted+=(docker-compose docker-buildx)
  refresh_host_lists
  install_from_suites "${wanted[@]}" || fail "no suite of '$suites' has an engine that fits this release"
  ok "engine $(installed_engine), compose $(package_version docker-compose), buildx $(package_version docker-buildx)"
}
