# Stand-ins for the images that compose files name most, built from Debian packages.
# shellcheck shell=bash disable=SC2154

nats_binary=$state/context/nats/nats-server

fetch_nats() {
  [ ! -x "$nats_binary" ] || return 0
  local suite work
  for suite in $suites; do
    suite_ready "$suite" || continue
    work=$(mktemp -d "$state/nats.XXXXXX")
    if (cd "$work" && quiet suite_apt "$suite" apt-get -q download nats-server && quiet dpkg -x ./*.deb tree); then
      mkdir -p "${nats_binary%/*}"
      find "$work/tree" -type f -name nats-server -perm -u+x -exec cp {} "$nats_binary" \;
    fi
    rm -rf "$work"
    [ ! -x "$nats_binary" ] || return 0
  done
  fail "no suite of '$suites' has nats-server"
}

# docker:28-cli holds the command line of this machine; its plugins run on bookworm, which the engine's suites fit.
copy_docker_cli() {
  local to=$state/context/docker-cli plugin dir
  rm -rf "$to"
  mkdir -p "$to"
  cp -L "$(command -v docker)" "$to/docker"
  for plugin in compose buildx; do
    for dir in $plugin_dirs; do
      [ ! -x "$dir/docker-$plugin" ] || { cp -L "$dir/docker-$plugin" "$to/"; break; }
    done
  done
}

# Everything an image is made of; a change of any of it builds the images again.
images_hash() {
  { printf '%s\n' "$base_id"; "$node_dir/bin/node" --version; docker --version; docker compose version; docker buildx version; cd "$here/images" && sha256sum -- *; } | sha256sum | cut -c1-16
}

bake() {
  (cd "$state/context" && IMAGES_HASH=$hash docker buildx bake -f images/bake.hcl "$@")
}

images_are_current() {
  local tags tag found=
  tags=$(bake --print 2>/dev/null | sed -n 's/^ *"\([a-z0-9./-]*:[a-z0-9.-]*\)",\{0,1\}$/\1/p')
  for tag in $tags; do
    found=1
    [ "$(image_label "$tag" dockfra.engine.images)" = "$hash" ] || return 1
  done
  [ -n "$found" ]
}

bake_images() {
  step "Images node, nginx, postgres, redis, nats, python, alpine, busybox, docker-cli"
  await_node
  fetch_nats
  copy_docker_cli
  local hash
  rm -rf "$state/context/images"
  cp -R "$here/images" "$state/context/images"
  hash=$(images_hash)
  if images_are_current; then
    kept "all tags, built from $hash"
    return 0
  fi
  quiet bake --progress=plain || fail "the images could not be built"
  ok "built from $hash"
}
