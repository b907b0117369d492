import { join } from "node:path";
import { shellWord } from "../../locales/render.ts";
import type { RuntimeWish } from "../containers/runtime-choice.ts";
import type { Invocation } from "../invocation.ts";
import { connectOperator } from "../place/connection.ts";
import { requireInstallation } from "../place/installation.ts";
import { isEngineUsed, stopStacks } from "../project/stack.ts";
import { startDetached } from "../supervisor/detach.ts";
import { stopInstallation } from "../supervisor/down.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatDuration } from "../../terminal/time.ts";
import { removeContainers } from "./containers.ts";
import { expectations } from "./expectations.ts";
import { readPageOf, totalOf } from "./page.ts";
import { tellStory, type Story } from "./story.ts";
import { renderHonesty, renderSummary } from "./summary.ts";
import { createWorkFolder, readSampleTickets, type WorkFolder } from "./work-folder.ts";

interface DemoOptions {
  readonly dir?: string;
  /** Seconds that one ticket may take. */
  readonly timeout: number;
  /** How the roles run. */
  readonly runtime: RuntimeWish;
}

const main = join(import.meta.dirname, "..", "main.ts");

/** `demo`: exit code 0 only where every ticket ended as it should. */
export async function demo(invocation: Invocation<DemoOptions>): Promise<number> {
  const startMs = Date.now();
  const { screen, options, signal } = invocation;
  const keep = process.env["KEEP"] === "1";
  const folder = await createWorkFolder(options.dir);
  const { dir, url } = folder;
  screen.line(`${screen.paint("bold", "Work folder")}  ${dir}  (a copy of the sample shop, with git)`);
  if (folder.movedFrom !== undefined)
    screen.line(`Port ${folder.movedFrom} is taken, so the shop answers at ${url} here.`);
  screen.line(
    `The page says Total: ${screen.paint("red", totalOf(await readPageOf(dir)) ?? "nothing")} for a basket of €29.97 and €5.00 of delivery. That is the bug.`,
  );
  let failed = false;
  let up = false;
  try {
    const prefix = `demo-${new URL(url).port}-${process.pid}`;
    up = true;
    const summary = await startDetached(
      [main, "up", "--json", "--root", dir, "--prefix", prefix, "--runtime", options.runtime, "--port", "0"],
      {
        root: dir,
        onNote: (text) => screen.note(text),
        signal,
      },
    );
    screen.line(
      `The crew is up in ${formatDuration(summary.readyMs)}: ${summary.parts.map(({ part }) => part).join(", ")}`,
    );
    const stories = await runTickets(invocation, folder);
    failed = stories.length < expectations.length || stories.some(({ verdict }) => verdict.wrong.length > 0);
    await report(invocation, folder, stories, startMs);
  } finally {
    if (up && (!keep || signal.aborted)) {
      screen.note("Stopping the crew and the shop …");
      // the crew first: a monitor at work would start again what is stopped under its hands
      await stopInstallation(dir);
      await stopStacks(dir);
      if (await isEngineUsed(dir, "shop")) await removeContainers(folder, "shop");
    }
  }
  if (keep && !signal.aborted) for (const line of howToGoOn(folder)) screen.line(line);
  else
    screen.line(
      screen.paint(
        "dim",
        `Everything is stopped. The work folder stays until you remove it: rm -r ${shellWord(dir)}`,
      ),
    );
  if (signal.aborted) return 130;
  return failed ? 1 : 0;
}

async function runTickets(
  { screen, options, signal }: Invocation<DemoOptions>,
  { dir, url }: WorkFolder,
): Promise<Story[]> {
  const { natsUrl = "", credsDir = "", prefix } = await requireInstallation(dir);
  await using bus = await connectOperator({ servers: natsUrl, credsDir, prefix });
  const tickets = await readSampleTickets();
  const stories: Story[] = [];
  for (const [index, ticket] of tickets.entries()) {
    const expect = expectations[index];
    if (expect === undefined || signal.aborted) break;
    stories.push(
      await tellStory(ticket, expect, { bus, screen, dir, url, signal, timeoutMs: options.timeout * 1_000 }),
    );
  }
  return stories;
}

async function report(
  { screen }: Invocation<DemoOptions>,
  { dir, url }: WorkFolder,
  stories: readonly Story[],
  startMs: number,
): Promise<void> {
  const kind = (await isEngineUsed(dir, "shop")) ? "compose" : "process";
  const { runtime } = await requireInstallation(dir);
  if (screen.json) {
    const tickets = stories.map(({ ticket, entries, verdict }) => ({
      ticket,
      timeline: entries,
      ...verdict,
    }));
    return screen.data({
      ok: stories.every(({ verdict }) => verdict.wrong.length === 0),
      dir,
      url,
      target: kind,
      tookMs: Date.now() - startMs,
      tickets,
    });
  }
  screen.line();
  for (const line of renderSummary(screen, stories)) screen.line(line);
  screen.line();
  for (const line of renderHonesty(screen, kind, runtime)) screen.line(line);
  screen.line();
  screen.line(
    `The shop answers at ${screen.paint("bold", url)}. The demo took ${formatDuration(Date.now() - startMs)}.`,
  );
}

function howToGoOn({ dir, url }: WorkFolder): string[] {
  return alignRows([
    ["The shop", url],
    ["The crew", `bin/dockfra status --root ${shellWord(dir)}`],
    ["A ticket's story", `bin/dockfra bus replay T-0001 --root ${shellWord(dir)}`],
    ["Stop it all", `bin/dockfra down --stacks --root ${shellWord(dir)}`],
  ]);
}
