/** Whoever logs in, and sshd itself. */
export const shellUid = 10_001;
/** Engines, tests and checks that are commands. */
export const sandboxUid = 10_002;

/** Where things are inside a role's container. */
export interface ContainerPlace {
  /** What the host hands to this role, read-only: keys of the bus, of ssh, of models. */
  readonly roleDir: string;
  /** The agent's own, gone when the container is. */
  readonly agentDir: string;
  /** What the shell's group may look into. */
  readonly doorDir: string;
  /** sshd's files, of the shell's user. */
  readonly sshDir: string;
  /** Work trees, where the sandbox may write. */
  readonly workDir: string;
  readonly sshdConfig: string;
}

/** The places of every role's container. */
export const containerPlace: ContainerPlace = {
  roleDir: "/run/dockfra/role",
  agentDir: "/run/dockfra/agent",
  doorDir: "/run/dockfra/door",
  sshDir: "/run/dockfra/ssh",
  workDir: "/work",
  sshdConfig: "/opt/dockfra/etc/sshd_config",
};

/** The configuration of the agent's git: which repositories of others it may read. */
export function gitConfigPath({ agentDir }: Pick<ContainerPlace, "agentDir">): string {
  return `${agentDir}/gitconfig`;
}
