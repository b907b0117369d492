# A login shell in a role's container: the role's commands and the project's, their completion, and who you are.
# shellcheck shell=sh
PATH=/opt/dockfra/agents/shell/bin:/usr/local/bin:/usr/bin:/bin:/run/dockfra/role/project/bin
export PATH
umask 027

if [ -n "${BASH_VERSION:-}" ] && [ -t 0 ]; then
  if [ -r /opt/dockfra/agents/shell/completion ]; then . /opt/dockfra/agents/shell/completion; fi
  if [ -x /opt/dockfra/agents/shell/motd ]; then /opt/dockfra/agents/shell/motd; fi
fi
