import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { notFound } from "../../bus/kernel/errors.ts";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";
import type { Invocation } from "../invocation.ts";
import { findInstallation, requireInstallation } from "../place/installation.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { printable } from "../../terminal/printable.ts";
import { partOf } from "./container-watch.ts";
import { readContainers } from "./ps.ts";

interface LogsOptions {
  readonly follow?: boolean;
  readonly limit: number;
}

/** As long as a timer can be. */
const dayMs = 24 * 60 * 60_000;

/** `logs`: the last lines that parts wrote, each with its name in front. @throws `log_unknown`, `not_running` where nothing ran here yet */
export async function logs(invocation: Invocation<LogsOptions>, wanted?: string): Promise<void> {
  const { options, screen, signal } = invocation;
  const root = await resolveRoot(options.root);
  const stateDir = stateDirOf(root);
  const found = await findInstallation(root);
  const prefix = found?.prefix ?? (await prefixOf(root, options.prefix));
  const [files, { containers }] = await Promise.all([logFiles(stateDir), readContainers(prefix, root)]);
  const inContainers = new Map(containers.map(({ service, id }) => [partOf(service), id] as const));
  const names = [...new Set([...files.keys(), ...inContainers.keys()])].toSorted();
  const chosen = wanted === undefined ? names : names.filter((name) => name === partOf(wanted));
  if (names.length === 0) await requireInstallation(root);
  if (wanted !== undefined && chosen.length === 0)
    throw notFound(
      "log_unknown",
      `Nothing named "${wanted}" has a log here. There is: ${names.join(", ") || "none"}.`,
      {
        params: { name: wanted.slice(0, 60), known: names.join(", ") || "none" },
      },
    );
  await Promise.all(
    chosen.map(async (part) => {
      const onLine = (line: string): void => {
        if (line === "") return;
        if (screen.json) screen.data({ part, line });
        else
          screen.line(
            chosen.length > 1 ? `${screen.paint("cyan", part)} ${printable(line)}` : printable(line),
          );
      };
      const id = inContainers.get(part);
      const amount = String(options.limit);
      const bounds = { timeoutMs: options.follow ? dayMs : 30_000, maxOutputBytes: 1_000, signal, onLine };
      if (id !== undefined)
        await runDocker(["logs", "--tail", amount, ...(options.follow ? ["--follow"] : []), id], bounds);
      else
        await runProgram(
          ["tail", "-n", amount, ...(options.follow ? ["-F"] : []), "--", files.get(part) ?? ""],
          { ...bounds, cwd: "/", env: { PATH: process.env["PATH"] ?? "" } },
        );
    }),
  );
}

async function logFiles(stateDir: string): Promise<ReadonlyMap<string, string>> {
  const dir = join(stateDir, "logs");
  const names = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith(".log"));
  const nats = join(stateDir, "nats", "nats-server.log");
  return new Map([
    ...names.map((name) => [name.slice(0, -".log".length), join(dir, name)] as const),
    ...(existsSync(nats) ? [["nats", nats] as const] : []),
  ]);
}
