# A registry on loopback that serves the base images, so that "docker pull nginx:alpine" works without internet.
# shellcheck shell=bash disable=SC2154

registry_address=127.0.0.1:5000

registry_answers() { curl -fsS -o /dev/null "http://$registry_address/v2/" 2>/dev/null; }

start_registry() {
  mkdir -p "$state/registry"
  cat >"$state/registry.yml" <<SETTINGS
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: $state/registry }, delete: { enabled: true } }
http: { addr: "$registry_address" }
SETTINGS
  setsid -f docker-registry serve "$state/registry.yml" >>"$state/registry.log" 2>&1 </dev/null 9>&-
  local try
  for try in $(seq 50); do
    registry_answers && return 0
    sleep 0.1
  done
  fail "the registry did not answer after $((try / 10)) s, see $state/registry.log"
}

serve_registry() {
  step "Registry on $registry_address"
  registry_answers || start_registry
  local tag name count=0
  for tag in $(docker images --filter label=dockfra.engine.images --format '{{.Repository}}:{{.Tag}}') $base_tags; do
    case $tag in
      *none*|"$registry_address"/*) continue ;;
      */*) name=$registry_address/$tag ;;
      *) name=$registry_address/library/$tag ;;
    esac
    quiet docker tag "$tag" "$name"
    quiet docker push -q "$name" || fail "pushing $name failed"
    quiet docker rmi "$name"
    count=$((count + 1))
  done
  ok "$count tags served"
}
