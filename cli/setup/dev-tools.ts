import { runProgram } from "../../stacks/processes/program-run.ts";
import type { Invocation } from "../invocation.ts";
import { alignRows } from "../../terminal/table.ts";
import { printableLine } from "../../terminal/printable.ts";

/** Programs that Dockfra uses where they are, with what for. */
const tools = [
  { name: "git", args: ["--version"], purpose: "branches, merges" },
  { name: "docker", args: ["--version"], purpose: "stacks, the roles' containers" },
  { name: "ssh", args: ["-V"], purpose: "shells of the roles" },
  { name: "claude", args: ["--version"], purpose: "engine: Claude Code" },
  { name: "codex", args: ["--version"], purpose: "engine: Codex" },
  { name: "opencode", args: ["--version"], purpose: "engine: OpenCode" },
  { name: "aider", args: ["--version"], purpose: "engine: Aider" },
] as const;

/** `setup dev-tools`: which tools and engines this machine has. */
export async function setupDevTools({ screen, signal }: Invocation<object>): Promise<void> {
  const found = await Promise.all(
    tools.map(async ({ name, args, purpose }) => {
      const run = await runProgram([name, ...args], {
        cwd: "/",
        env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/" },
        timeoutMs: 15_000,
        signal,
      });
      const version = printableLine((run.stdout.trim() || run.stderr.trim()).split("\n")[0] ?? "", 80);
      return { name, purpose, found: run.exitCode === 0, ...(run.exitCode === 0 ? { version } : {}) };
    }),
  );
  if (screen.json) return screen.data({ ok: true, tools: found });
  for (const line of alignRows(
    found.map(({ name, purpose, found: there, version }) => [
      `${there ? screen.paint("green", "✓") : screen.paint("dim", "·")} ${name}`,
      version ?? "not found",
      screen.paint("dim", purpose),
    ]),
  ))
    screen.line(line);
  screen.line(
    "Tickets with a patch need none of the engines. One is chosen in dockfra.yaml, or on the page.",
  );
}
