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

export interface LogFigures {
  readonly machine: ReturnType<typeof machine>;
  readonly idlePssMb: number;
  /** A log that is there, read from its beginning. */
  readonly history: LogStage;
  /** A container that writes 50,000 lines a second, followed as it writes. */
  readonly live: LogStage;
  /** Between the last line's writing and its reading. */
  readonly lagMs: number;
}

/** Measures the reading of logs through the monitor in a process of its own, the embedded server and a client. */
export async function benchLogs(): Promise<LogFigures> {
  await using scratch = await makeScratch();
  await using nats = await startNats("bench");
  const project = `bench-logs-${process.pid}`;
  await scratch.write("compose.yml", composeFile(project));
  const compose = (...args: readonly string[]) =>
    execa("docker", ["compose", "-f", scratch.path("compose.yml"), ...args], { stdin: "ignore" });
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
    const idlePssMb = await pssMbOf(monitor.pid ?? 0);
    await compose("up", "--detach", "history");
    await execa("docker", ["wait", `${project}-history-1`]);
    const reader = { operator, stack: project, pid: monitor.pid ?? 0 };
    const history = await readNumbers({ ...reader, service: "history", lines: historyLines });
    await compose("up", "--detach", "live");
    const live = await readNumbers({ ...reader, service: "live", lines: liveLines });
    return { machine: machine(), idlePssMb, history, live, lagMs: live.lagMs };
  } finally {
    await compose("down", "--timeout", "0").catch(() => undefined);
    monitor.kill("SIGTERM");
    await monitor;
  }
}

/** What the engine throws away of a log is nothing that a reader could keep. */
const logging = { driver: "json-file", options: { "max-size": "500m" } };

function composeFile(name: string): string {
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
  return JSON.stringify({
    name,
    services: {
      history: {
        image: "busybox",
        logging,
        command: ["sh", "-c", `seq 1 ${historyLines} | sed 's|$$| ${filling}|'`],
      },
      live: {
        image: "busybox",
        logging,
        command: ["sh", "-c", live.join("\n")],
      },
    },
  });
}

interface Reader {
  readonly operator: ClientBus;
  readonly stack: string;
  readonly service: string;
  readonly lines: number;
  readonly pid: number;
}

async function readNumbers({
  operator,
  stack,
  service,
  lines,
  pid,
}: Reader): Promise<LogStage & { lagMs: number }> {
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
      ...{ stack, services: [service], lines: 5_000, waitMs: 5_000, ...at },
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
export function logTable({ history, live, idlePssMb, lagMs }: LogFigures): string {
  const row = (name: string, stage: LogStage) => [
    ...[name, stage.lines, stage.seconds, stage.linesPerS, stage.lost, stage.marked, stage.peakPssMb],
    ...[stage.cpuMs.monitor, stage.cpuMs.reader],
  ];
  return [
    toTable([
      ["", "lines", "s", "lines/s", "lost", "marked", "peak PSS, MB", "CPU ms/1,000", "of the reader"],
      row("a log that is there", history),
      row(`live, ${liveRate} lines/s written`, live),
    ]),
    `The monitor's watch alone: ${idlePssMb} MB idle. The last live line was read ${lagMs} ms after it was written.`,
  ].join("\n");
}
