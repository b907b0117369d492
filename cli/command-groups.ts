import type { Command } from "commander";

/** The headings of `dockfra --help`, each with its commands; a test finds the command that has none. */
export const commandGroups = {
  "Start and stop": ["up", "down", "stop", "status", "log", "demo"],
  "Stacks, as they stand on disk": ["discover", "stacks", "env", "preflight", "launch", "restart", "jobs"],
  "What runs": ["ps", "logs", "stats", "diagnose", "fix", "incidents"],
  "Tickets, from text to a verified deploy": ["ticket", "approve", "preview"],
  "Releases, without a ticket": ["deploy", "rollback", "releases", "verify", "stack"],
  "Set up": ["setup", "init", "git-init", "clone-app", "schema"],
  "Roles and devices": ["ssh", "keys", "devices"],
  "Page and API": ["url", "token"],
  "Parts, one by one": ["bus", "orchestrator", "agent", "host", "gateway"],
} as const satisfies Record<string, readonly string[]>;

/** Puts the commands in this order, each below its heading. */
export function groupCommands(program: Command): void {
  const order: readonly string[] = Object.values(commandGroups).flat();
  (program.commands as Command[]).sort((a, b) => order.indexOf(a.name()) - order.indexOf(b.name()));
  for (const [heading, names] of Object.entries(commandGroups))
    for (const name of names) program.commands.find((one) => one.name() === name)?.helpGroup(`${heading}:`);
}
