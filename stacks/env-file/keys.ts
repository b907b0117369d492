import { denied, invalidInput } from "../../bus/kernel/errors.ts";

const hijacking = new Set([
  "BASH_ENV",
  "DOCKER_CERT_PATH",
  "DOCKER_CONFIG",
  "DOCKER_CONTEXT",
  "DOCKER_HOST",
  "DOCKER_TLS_VERIFY",
  "EDITOR",
  "ENV",
  "HOME",
  "IFS",
  "JAVA_TOOL_OPTIONS",
  "LESSCLOSE",
  "LESSOPEN",
  "NODE_EXTRA_CA_CERTS",
  "NODE_OPTIONS",
  "NODE_PATH",
  "NODE_TLS_REJECT_UNAUTHORIZED",
  "PAGER",
  "PATH",
  "PERL5LIB",
  "PERL5OPT",
  "PROMPT_COMMAND",
  "PS4",
  "RUBYLIB",
  "RUBYOPT",
  "SHELL",
  "SHELLOPTS",
  "SSH_ASKPASS",
  "SSH_AUTH_SOCK",
  "VISUAL",
  "ZDOTDIR",
]);
const hijackingPrefixes = ["LD_", "DYLD_", "GIT_", "PYTHON", "NPM_CONFIG_", "BASH_FUNC_"];

/** Whether a variable can make a process run or load something else: `PATH`, `LD_PRELOAD`, `GIT_SSH_COMMAND`. */
export function isHijackingKey(key: string): boolean {
  const upper = key.toUpperCase();
  return hijacking.has(upper) || hijackingPrefixes.some((prefix) => upper.startsWith(prefix));
}

export interface KeyOptions {
  /** Whether the file is for a role's container, which must not be steered through its environment. */
  readonly forRole?: boolean;
}

/** Refuses what is no name of a variable. @throws env_key_invalid, env_key_refused */
export function requireEnvKey(key: string, { forRole = false }: KeyOptions = {}): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(key)) {
    const message = `${JSON.stringify(key)} is no name of a variable. Use letters, digits and _, not a digit first.`;
    throw invalidInput("env_key_invalid", message, { params: { key } });
  }
  if (!forRole || !isHijackingKey(key)) return;
  const message = `${key} can take over a role's processes and is refused. Set it in the project's own container instead.`;
  throw denied("env_key_refused", message, { params: { key } });
}
