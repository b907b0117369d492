# debian:bookworm-slim, made here from Debian's mirror: there may be no registry to pull it from.
# shellcheck shell=bash disable=SC2154

base_tar=$state/debian-bookworm.tar
base_age_minutes=$((30 * 24 * 60))
base_job=
base_tags="debian:bookworm-slim debian:bookworm debian:12-slim debian:12 debian:stable-slim"

make_base() {
  local mirror security hooks=() certificate
  mirror=$(debian_mirror)
  security=${mirror%/debian*}/debian-security
  # Certificates that this machine trusts have to be trusted by builds too.
  for certificate in /usr/local/share/ca-certificates/*.crt; do
    [ ! -e "$certificate" ] || hooks+=("--customize-hook=copy-in $certificate /usr/local/share/ca-certificates")
  done
  [ ${#hooks[@]} = 0 ] || hooks+=('--customize-hook=chroot "$1" update-ca-certificates')
  mmdebstrap --format=tar --variant=minbase --include=ca-certificates --dpkgopt=force-unsafe-io \
    --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    "${hooks[@]}" bookworm "$base_tar.part" \
    "deb $mirror bookworm main" "deb $mirror bookworm-updates main" "deb $security bookworm-security main"
  mv "$base_tar.part" "$base_tar"
}

make_base_in_background() {
  fresh "$base_tar" "$base_age_minutes" && return 0
  make_base >>"$log.base" 2>&1 9>&- &
  base_job=$!
}

image_label() { docker image inspect -f "{{index .Config.Labels \"$2\"}}" "$1" 2>/dev/null || true; }

import_base() {
  step "Image debian:bookworm-slim"
  if [ -n "$base_job" ] && ! wait "$base_job"; then
    tail -n 15 "$log.base" >&2
    fail "the root file system could not be made, see $log.base"
  fi
  base_id=$(sha256sum "$base_tar" | cut -c1-16)
  if [ "$(image_label debian:bookworm-slim dockfra.engine.base)" = "$base_id" ]; then
    kept "$base_tags"
    return 0
  fi
  quiet docker import -c "LABEL dockfra.engine.base=$base_id" -c 'CMD ["bash"]' \
    -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' "$base_tar" debian:bookworm-slim \
    || fail "docker import failed"
  local tag
  for tag in $base_tags; do docker tag debian:bookworm-slim "$tag"; done
  ok "$(docker image inspect -f '{{.Size}}' debian:bookworm-slim | awk '{ printf "%d MB", $1 / 1e6 }')"
}
