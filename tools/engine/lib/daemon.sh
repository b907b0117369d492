# The engine's process: settings for this network, start, and whether it is one of ours.
# shellcheck shell=bash disable=SC2154

daemon_log=$state/dockerd.log
daemon_mark=$state/daemon-started

engine_version() { has docker && docker version --format '{{.Server.Version}}' 2>/dev/null || true; }

engine_is_ours() {
  [ -s "$daemon_mark" ] && [ -s /run/docker.pid ] && [ "$(cat "$daemon_mark")" = "$(cat /run/docker.pid)" ]
}

outside_mtu() {
  local device
  device=$(awk '$2 == "00000000" { print $1; exit }' /proc/net/route)
  cat "/sys/class/net/${device:-eth0}/mtu" 2>/dev/null || echo 1500
}

# An engine that somebody configured keeps its settings.
write_daemon_settings() {
  [ ! -e /etc/docker/daemon.json ] || return 0
  local mtu
  mtu=$(outside_mtu)
  mkdir -p /etc/docker
  # A bridge with a larger MTU than the way out makes downloads in containers hang.
  cat >/etc/docker/daemon.json <<SETTINGS
{
  "mtu": $mtu,
  "default-network-opts": { "bridge": { "com.docker.network.driver.mtu": "$mtu" } },
  "storage-driver": "overlay2",
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "3" },
  "registry-mirrors": ["http://127.0.0.1:5000"]
}
SETTINGS
}

start_daemon() {
  step "Engine process"
  local version
  version=$(engine_version)
  if [ -n "$version" ]; then
    kept "dockerd $version answers"
    return 0
  fi
  [ -d /run/systemd/system ] || write_daemon_settings
  mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup || note "no cgroup file system could be mounted"
  if [ -d /run/systemd/system ]; then
    quiet systemctl enable --now docker || fail "systemctl could not start docker; see: journalctl -u docker"
  else
    # A pid file that outlived its process keeps dockerd from starting.
    rm -f /run/docker.pid
    setsid -f dockerd >>"$daemon_log" 2>&1 </dev/null 9>&-
  fi
  local try
  for try in $(seq 150); do
    version=$(engine_version)
    [ -z "$version" ] || break
    sleep 0.2
  done
  [ -n "$version" ] || { tail -n 15 "$daemon_log" >&2; fail "dockerd did not answer after $((try / 5)) s, see $daemon_log"; }
  cat /run/docker.pid >"$daemon_mark"
  ok "dockerd $version, pid $(cat /run/docker.pid), log $daemon_log"
}
