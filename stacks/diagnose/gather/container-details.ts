import { stripVTControlCharacters } from "node:util";
import { runDocker } from "../../targets/compose/docker-cli.ts";
import { isFailing } from "../cause.ts";
import type { ContainerFacts, Listening } from "../facts.ts";
import type { BareContainer } from "./engine-facts.ts";
import { parseSockets } from "./sockets.ts";

const timeoutMs = 10_000;
const maxLines = 200;
/** What a container that runs said longer ago is over. */
const freshMs = 5 * 60_000;
/** Programs with which a health check can ask for a page. */
const checkTools = ["wget", "curl", "node", "python3"] as const;

/** Reads a container's log, and where that tells something, what it listens on and which programs it has. */
export async function addDetails(container: BareContainer, nowMs: number): Promise<ContainerFacts> {
  const runs = container.state === "running";
  const needsTools = runs && container.health !== "healthy" && container.health !== "none";
  const [log, listens, tools] = await Promise.all([
    readLog(container, sinceMs({ ...container, log: [] }, nowMs)),
    runs ? readSockets(container.id) : undefined,
    needsTools ? findTools(container.id) : undefined,
  ]);
  return { ...container, log, ...(listens ? { listens } : {}), ...(tools ? { tools } : {}) };
}

/** From where on a log says something of now: the last run, and of a run that goes well its last minutes. */
function sinceMs(container: ContainerFacts, nowMs: number): number | undefined {
  const { state, restarts, startedAtMs } = container;
  if (state !== "running") return startedAtMs;
  if (isFailing(container)) return restarts > 0 ? undefined : startedAtMs;
  return Math.max(startedAtMs, nowMs - freshMs);
}

async function readLog({ id }: BareContainer, fromMs: number | undefined): Promise<string[]> {
  const since = fromMs === undefined ? [] : ["--since", new Date(fromMs).toISOString()];
  const run = await runDocker(["logs", "--tail", String(maxLines), ...since, "--", id], { timeoutMs });
  if (run.exitCode !== 0) return [];
  return `${run.stdout}\n${run.stderr}`
    .split(/\r?\n/)
    .map((line) =>
      stripVTControlCharacters(line)
        .replaceAll(/\p{Cc}/gu, "")
        .slice(0, 2_000),
    )
    .filter((line) => line.trim() !== "")
    .slice(-maxLines);
}

async function readSockets(id: string): Promise<Listening[] | undefined> {
  const run = await runDocker(["exec", id, "cat", "/proc/net/tcp", "/proc/net/tcp6"], { timeoutMs });
  return run.stdout.includes("local_address") ? parseSockets(run.stdout) : undefined;
}

async function findTools(id: string): Promise<string[]> {
  const found = await Promise.all(
    checkTools.map(async (tool) => {
      const run = await runDocker(["exec", id, tool, "--help"], { timeoutMs });
      // 126 and 127: not there
      return run.exitCode === undefined || run.exitCode === 126 || run.exitCode === 127 ? [] : [tool];
    }),
  );
  return found.flat();
}
