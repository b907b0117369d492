#!/bin/sh
set -e
# An option, a word that is no command, and a script that is not executable are for node.
case $1 in -*) set -- node "$@" ;; esac
if ! command -v "$1" >/dev/null || { [ -f "$1" ] && [ ! -x "$1" ]; }; then set -- node "$@"; fi
exec "$@"
