# All images of an installation in one go: docker buildx bake -f agents/image/bake.hcl
# The variables come from the environment.

variable "PREFIX" { default = "dockfra" }
variable "ROOT" { default = "" }
# A hash of what goes in; images whose label says the same need not be built again.
variable "SOURCE" { default = "" }
variable "BASE_IMAGE" { default = "node:24-bookworm-slim" }
variable "DOCKER_CLI_IMAGE" { default = "docker:28-cli" }
variable "SOURCE_DATE_EPOCH" { default = "1735689600" }

group "default" {
  targets = ["base", "developer", "manager", "monitor", "autopilot"]
}

target "common" {
  context    = "."
  dockerfile = "agents/image/Dockerfile"
  output     = ["type=docker"]
  args = {
    BASE_IMAGE        = BASE_IMAGE
    DOCKER_CLI_IMAGE  = DOCKER_CLI_IMAGE
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH
  }
  labels = {
    "dockfra.prefix" = PREFIX
    "dockfra.root"   = ROOT
    "dockfra.source" = SOURCE
  }
}

target "base" {
  inherits = ["common"]
  target   = "base"
  tags     = ["${PREFIX}-ssh-base"]
}

target "developer" {
  inherits = ["common"]
  target   = "developer"
  tags     = ["${PREFIX}-ssh-developer"]
}

target "manager" {
  inherits = ["common"]
  target   = "manager"
  tags     = ["${PREFIX}-ssh-manager"]
}

target "monitor" {
  inherits = ["common"]
  target   = "monitor"
  tags     = ["${PREFIX}-ssh-monitor"]
}

target "autopilot" {
  inherits = ["common"]
  target   = "autopilot"
  tags     = ["${PREFIX}-ssh-autopilot"]
}

# Only where the profile "desktop" is asked for: a browser is larger than all the rest.
target "desktop" {
  inherits = ["common"]
  target   = "desktop"
  tags     = ["${PREFIX}-desktop"]
}
