import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { QuestionOutput } from "../../bus/messages/questions.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";
import { startNats } from "../bus/nats-fixture.ts";
import { makeScratch } from "../support/scratch.ts";
import { machine, rounded, toTable } from "./support/figures.ts";
import { cpuMsOf, pssBytesOf } from "./support/processes.ts";

const part = fileURLToPath(new URL("support/watch-part.ts", import.meta.url));
const historyLines = 500_000;
const liveRate = 50_000;
const liveSeconds = 10;
const limitMs = 90_000;
const liveLines = liveRate * liveSeconds;
/** As long as a log line of a web server. */
const filling = "GET /api/items?page=1 200 12 ms user=4711 agent=curl/8.5.0 request=0123456789abcdef";

export interface LogStage {
  readonly lines: number;
  readonly seconds: number;
  readonly linesPerS: number;
  /** Numbers that never came and that no gap mark counted. */
  readonly lost: number;
  /** Lines that gap marks counted. */
  readonly marked: number;
  /** The monitor's largest memory meanwhile. */
  readonly peakPssMb: number;
  /** CPU time of the monitor and of the reader for a thousand lines. */
  readonly cpuMs: { readonly monitor: number; readonly reader: number };
}

/** What `docker logs --follow` itself reads, and its CPU time for a thousand lines. */
export interface DockerStage {
  readonly linesPerS: number;
  readonly cpuMs: number;
}

export interface LogFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly idlePssMb: number;
  /** A log that is there, read from its beginning. */
  readonly history: LogStage;
  /** A container that writes 50,000 lines a second, followed as it writes. */
  readonly live: LogStage;
  readonly dockerHistory: DockerStage;
  readonly dockerLive: DockerStage;
  /** Between the last line's writing and its reading. */
  readonly lagMs: number;
}

/** Measures the reading of logs through the monitor in a process of its own, the embedded server and a client. */
export async function benchLogs(): Promise<LogFigures> {
  await using scratch = await makeScratch();
  await using nats = await startNats("bench");
  const prefix = `bench-logs-${process.pid}`;
  for (const service of ["history", "live"] as const)
    await scratch.write(`${service}.yml`, composeFile(`${prefix}-${service}`, service));
  const compose = (service: string, ...args: readonly string[]) =>
    execa("docker", ["compose", "-f", scratch.path(`${service}.yml`), ...args], { stdin: "ignore" });
  const monitor = execa(process.execPath, [part, nats.server().url, nats.prefix, nats.root, scratch.dir], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
    reject: false,
    buffer: false,
  });
  try {
    await new Promise((resolve) => monitor.stdout.once("data", resolve));
    await using operator = await nats.client("operator");
    const pid = monitor.pid ?? 0;
    const idlePssMb = await pssMbOf(pid);
    await compose("history", "up", "--detach");
    await execa("docker", ["wait", `${prefix}-history-history-1`]);
    const history = await readNumbers({ operator, stack: `${prefix}-history`, lines: historyLines, pid });
    const dockerHistory = await readByDocker(`${prefix}-history-history-1`, historyLines);
    await compose("live", "up", "--detach");
    const live = await readNumbers({ operator, stack: `${prefix}-live`, lines: liveLines, pid });
    // the same again with nobody but docker beside it
    await compose("live", "up", "--detach", "--force-recreate", "--timeout", "0");
    const dockerLive = await readByDocker(`${prefix}-live-live-1`, liveLines);
    return {
      ...{ machine: machine(), idlePssMb, history, live, lagMs: live.lagMs, dockerHistory, dockerLive },
    };
  } finally {
    for (const service of ["history", "live"])
      await compose(service, "down", "--timeout", "0").catch(() => undefined);
    monitor.kill("SIGTERM");
    await monitor;
  }
}

/** The same log read by the docker command alone. */
async function readByDocker(container: string, lines: number): Promise<DockerStage> {
  const beganMs = performance.now();
  const reader = execa("docker", ["logs", "--follow", container], {
    ...{ stdin: "ignore", stderr: "ignore", buffer: false, reject: false },
  });
  let [count, cpuMs] = [0, 0];
  const look = setInterval(() => {
    void cpuMsOf(reader.pid ?? 0).then(
      (used) => (cpuMs = Math.max(cpuMs, used)),
      () => undefined,
    );
  }, 100);
  for await (const chunk of reader.stdout as AsyncIterable<Buffer>)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count++;
  clearInterval(look);
  await reader;
  if (count !== lines) throw new Error(`docker logs gave ${count} of ${lines} lines.`);
  const seconds = (performance.now() - beganMs) / 1_000;
  return { linesPerS: Math.round(count / seconds), cpuMs: rounded((cpuMs / count) * 1_000) };
}

/** What the engine throws away of a log is nothing that a reader could keep. */
const logging = { driver: "json-file", options: { "max-size": "500m" } };

function composeFile(name: string, service: "history" | "live"): string {
  const burst = liveRate / 10;
  // the clock is looked at, so that slow writing is caught up
  const live = [
    `begin=$$(cut -d' ' -f1 /proc/uptime | tr -d .)`,
    "i=0",
    `while [ $$i -lt ${liveSeconds * 10} ]; do`,
    `  seq $$((i * ${burst} + 1)) $$(((i + 1) * ${burst})) | sed 's|$$| ${filling}|'; i=$$((i + 1))`,
    `  until [ $$(($$(cut -d' ' -f1 /proc/uptime | tr -d .) - begin)) -ge $$((i * 10)) ]; do sleep 0.01; done`,
    "done",
  ];
  const script = service === "live" ? live.join("\n") : `seq 1 ${historyLines} | sed 's|$$| ${filling}|'`;
  return JSON.stringify({
    name,
    services: { [service]: { image: "busybox", logging, command: ["sh", "-c", script] } },
  });
}

interface Reader {
  readonly operator: ClientBus;
  readonly stack: string;
  readonly lines: number;
  readonly pid: number;
}

async function readNumbers({ operator, stack, lines, pid }: Reader): Promise<LogStage & { lagMs: number }> {
  let peakPssMb = 0;
  const look = setInterval(() => {
    void pssMbOf(pid).then((mb) => (peakPssMb = Math.max(peakPssMb, mb)));
  }, 250);
  let [next, lost, marked, count, lastAtMs] = [1, 0, 0, 0, 0];
  let at: { cursor: string } | { sinceMs: number } = { sinceMs: 0 };
  const cpuBefore = [await cpuMsOf(pid), await cpuMsOf(process.pid)] as const;
  const beganMs = performance.now();
  while (next <= lines) {
    if (performance.now() - beganMs > limitMs) throw new Error(`Line ${next} did not come in ${limitMs} ms.`);
    const answer: QuestionOutput<"monitor.log-read"> = await operator.question("monitor.log-read", {
      ...{ stack, lines: 5_000, waitMs: 5_000, ...at },
    });
    for (const { text, gap = 0, atMs } of answer.lines) {
      const number = Number(text.split(" ", 1)[0]);
      marked += gap;
      lost += Math.max(0, number - next - gap);
      next = number + 1;
      count++;
      lastAtMs = atMs;
    }
    at = { cursor: answer.cursor };
  }
  clearInterval(look);
  const cpu = (usedMs: number): number => rounded((usedMs / count) * 1_000);
  const cpuMs = {
    monitor: cpu((await cpuMsOf(pid)) - cpuBefore[0]),
    reader: cpu((await cpuMsOf(process.pid)) - cpuBefore[1]),
  };
  const seconds = (performance.now() - beganMs) / 1_000;
  return {
    ...{ lines: count, seconds: rounded(seconds), linesPerS: Math.round(count / seconds) },
    ...{ lost, marked, peakPssMb, cpuMs, lagMs: Date.now() - lastAtMs },
  };
}

async function pssMbOf(pid: number): Promise<number> {
  return rounded((await pssBytesOf(pid)) / 1024 ** 2);
}

/** The figures for people. */
export function logTable(figures: LogFigures): string {
  const { history, live, idlePssMb, lagMs, dockerHistory, dockerLive } = figures;
  const row = (name: string, stage: LogStage, docker: DockerStage) => [
    ...[name, stage.lines, stage.seconds, stage.linesPerS, stage.lost, stage.marked, stage.peakPssMb],
    ...[stage.cpuMs.monitor, stage.cpuMs.reader, docker.linesPerS, docker.cpuMs],
  ];
  const head = [
    "",
    "lines",
    "s",
    "lines/s",
    "lost",
    "marked",
    "peak PSS, MB",
    "CPU ms/1,000",
    "of the reader",
  ];
  return [
    toTable([
      [...head, "docker logs -f, lines/s", "its CPU"],
      row("a log that is there", history, dockerHistory),
      row(`live, ${liveRate} lines/s written`, live, dockerLive),
    ]),
    `The monitor's watch alone: ${idlePssMb} MB idle. The last live line was read ${lagMs} ms after it was written.`,
  ].join("\n");
}
