import type { JobView, ServiceProgress } from "../../bus/messages/stack-jobs.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Screen, Style } from "../terminal/screen.ts";
import { alignRows } from "../terminal/table.ts";
import type { JobWatcher } from "./job-follow.ts";

const colours: Readonly<Partial<Record<ServiceProgress["step"], Style>>> = {
  ...{ healthy: "green", done: "green", failed: "red", waiting: "dim" },
};

/** One service of a job as a row: where it is, how far, and what is to be said of it. */
export function toJobRow(
  screen: Screen,
  { stack, service, step, done, detail = "" }: ServiceProgress,
): string[] {
  const isUnderWay = done !== undefined && step !== "healthy" && step !== "done";
  const word = screen.paint(
    colours[step] ?? "cyan",
    isUnderWay ? `${step} ${Math.round(done * 100)} %` : step,
  );
  return [`${printableLine(stack)}/${printableLine(service)}`, word, printableLine(detail, 60)];
}

/** All services of a job as aligned lines. */
export function toJobTable(screen: Screen, services: readonly ServiceProgress[]): string[] {
  return alignRows(services.map((progress) => toJobRow(screen, progress)));
}

/** Shows a job while it is at work. */
export interface JobScreen extends JobWatcher {
  /** Takes its last state over what was shown so far. */
  finish(job: JobView): void;
}

/** Makes what shows a job: a table that moves on a terminal, a line for each change elsewhere, nothing with `--json`. */
export function createJobScreen(screen: Screen, isTerminal: boolean): JobScreen {
  if (screen.json) return { onStep: () => undefined, onLine: () => undefined, finish: () => undefined };
  return isTerminal ? createTable(screen) : createLines(screen);
}

function createLines(screen: Screen): JobScreen {
  const told = new Map<string, string>();
  return {
    onStep(progress) {
      const [name = "", word = "", detail = ""] = toJobRow(screen, { ...progress, done: undefined });
      const line = `${name}  ${word}${detail === "" ? "" : `  ${detail}`}`;
      if (told.get(name) !== line) screen.line(line);
      told.set(name, line);
    },
    onLine: (line, source) => screen.line(`${source} | ${printableLine(line, 2_000)}`),
    finish: () => undefined,
  };
}

const shownLines = 6;

function createTable(screen: Screen): JobScreen {
  const services = new Map<string, ServiceProgress>();
  let lines: string[] = [];
  let height = 0;
  const draw = (): void => {
    const rows = [
      ...toJobTable(screen, [...services.values()]),
      ...lines.map((line) => screen.paint("dim", line)),
    ];
    const back = height > 0 ? `\u001b[${height}A\u001b[J` : "";
    height = rows.length;
    if (rows.length > 0) screen.line(back + rows.join("\n"));
  };
  const put = (progress: ServiceProgress): void => {
    services.set(`${progress.stack}/${progress.service}`, progress);
  };
  return {
    onStep(progress) {
      put(progress);
      draw();
    },
    onLine(line, source) {
      lines = [...lines, `${source} | ${printableLine(line)}`.slice(0, screen.columns - 1)].slice(
        -shownLines,
      );
      draw();
    },
    finish(job) {
      job.services.forEach(put);
      lines = [];
      draw();
    },
  };
}
