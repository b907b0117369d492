variable "IMAGES_HASH" { default = "none" }

group "default" {
  targets = ["node", "node-alpine", "nginx", "postgres", "redis", "nats", "python", "alpine", "busybox", "docker-cli"]
}

target "stand-in" {
  context    = "."
  dockerfile = "images/Dockerfile"
  output     = ["type=docker"]
  labels     = { "dockfra.engine.images" = IMAGES_HASH, "dockfra.engine.stand-in" = "made from Debian packages" }
}

target "node" {
  inherits = ["stand-in"]
  target   = "node"
  tags = [
    "node:24-bookworm-slim", "node:24-slim", "node:24", "node:lts", "node:lts-slim",
    "node:22-bookworm-slim", "node:22-slim", "node:22", "node:20-bookworm-slim", "node:20-slim", "node:20",
  ]
}

target "node-alpine" {
  inherits = ["stand-in"]
  target   = "node-alpine"
  tags     = ["node:24-alpine", "node:22-alpine", "node:20-alpine", "node:lts-alpine"]
}

target "nginx" {
  inherits = ["stand-in"]
  target   = "nginx"
  tags     = ["nginx:alpine", "nginx:latest", "nginx:stable", "nginx:stable-alpine", "nginx:1.27-alpine"]
}

target "postgres" {
  inherits = ["stand-in"]
  target   = "postgres"
  tags = [
    "postgres:15-alpine", "postgres:16-alpine", "postgres:17-alpine", "postgres:15", "postgres:16", "postgres:17",
    "postgres:latest",
  ]
}

target "redis" {
  inherits = ["stand-in"]
  target   = "redis"
  tags     = ["redis:7-alpine", "redis:7", "redis:alpine", "redis:latest"]
}

target "nats" {
  inherits = ["stand-in"]
  target   = "nats"
  tags     = ["nats:2-alpine", "nats:2", "nats:latest"]
}

target "python" {
  inherits = ["stand-in"]
  target   = "python"
  tags     = ["python:3.13-slim", "python:3.12-slim", "python:3.11-slim", "python:3-slim", "python:3.12"]
}

target "alpine" {
  inherits = ["stand-in"]
  target   = "alpine"
  tags     = ["alpine:latest", "alpine:3", "alpine:3.21", "alpine:3.20", "alpine:3.19"]
}

target "busybox" {
  inherits = ["stand-in"]
  target   = "busybox"
  tags     = ["busybox:latest", "busybox:1", "busybox:stable"]
}

target "docker-cli" {
  inherits = ["stand-in"]
  target   = "docker-cli"
  tags     = ["docker:28-cli", "docker:cli"]
}
