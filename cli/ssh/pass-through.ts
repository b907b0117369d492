/** Options before the command's name that take a value. */
const valued = new Set(["--root", "--prefix"]);

/**
 * Marks where the remote command begins, so that its options are not taken for ours: `ssh manager ls -l` becomes
 * `ssh manager -- ls -l`. Options before the role's name stay ours.
 */
export function markRemoteCommand(argv: readonly string[]): string[] {
  const command = nextWord(argv, 0);
  if (argv[command] !== "ssh") return [...argv];
  const role = nextWord(argv, command + 1);
  if (role >= argv.length || argv[role + 1] === "--" || (argv.includes("--") && argv.indexOf("--") < role))
    return [...argv];
  return [...argv.slice(0, role + 1), "--", ...argv.slice(role + 1)];
}

function nextWord(argv: readonly string[], from: number): number {
  let at = from;
  while (at < argv.length && argv[at]?.startsWith("-") === true) at += valued.has(argv[at] ?? "") ? 2 : 1;
  return at;
}
