#!/bin/sh
set -e
# An option or a configuration file alone is for redis-server.
case $1 in -*|*.conf) set -- redis-server "$@" ;; esac
if [ "$1" = redis-server ]; then
  case " $* " in *protected-mode*|*.conf*) ;; *) set -- "$@" --protected-mode no ;; esac
  if [ "$(id -u)" = 0 ]; then
    chown -R redis . || echo "some files of /data keep their owner" >&2
    exec gosu redis "$@"
  fi
fi
exec "$@"
