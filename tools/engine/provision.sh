#!/usr/bin/env bash
# Installs and starts a Docker engine with Compose v2, buildx and base images on a Debian machine, as root.
# Safe to repeat. An engine that this script did not start is left exactly as it is.
#   --images     add the base images to such an engine too
#   --registry   serve the base images from a registry on 127.0.0.1:5000, so that pulling them works
#   ENGINE_SUITES  Debian suites to take the engine from, the first that fits wins (default "sid trixie")
#   ENGINE_STATE   where downloads and logs are kept (default /var/cache/dockfra-engine)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
state=${ENGINE_STATE:-/var/cache/dockfra-engine}
log=$state/provision.log
suites=${ENGINE_SUITES:-"sid trixie"}
add_images='' with_registry=''
for argument in "$@"; do
  case $argument in
    --images) add_images=1 ;;
    --registry) with_registry=1 ;;
    *) printf 'Unknown option "%s". Known: --images, --registry.\n' "$argument" >&2; exit 2 ;;
  esac
done

for part in say apt packages base node daemon images registry checks; do
  # shellcheck source=/dev/null
  . "$here/lib/$part.sh"
done

running=$(engine_version)
if [ -n "$running" ] && ! engine_is_ours && [ -z "$add_images" ]; then
  printf 'A Docker engine (%s) answers already; nothing was touched.\n' "$running"
  printf 'To add the base images to it: sudo %s --images\n' "$0"
  exit 0
fi
if [ "$(uname -s)" != Linux ] || [ ! -e /etc/debian_version ]; then
  printf 'Only Debian can be provisioned. Install Docker Desktop or Docker Engine by its manual, start it, run this again.\n' >&2
  exit 1
fi
if [ "$(id -u)" != 0 ]; then
  printf 'No Docker engine answers, and only root can install one; nothing was touched. Run: sudo %s\n' "$0" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$state"
exec 9>"$state/lock"
flock 9
trap clean_up EXIT

forbid_service_starts
refresh_suites_in_background
install_tools
make_base_in_background
fetch_node_in_background
install_engine
start_daemon
import_base
bake_images
[ -z "$with_registry" ] || serve_registry
run_checks
printf 'Engine ready in %s.\n' "$(elapsed "$started_at")"
