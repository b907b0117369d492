import type { JobView, ServiceProgress } from "../../bus/messages/stack-jobs.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen, Style } from "../../terminal/screen.ts";
import { alignRows, clipLine } from "../../terminal/table.ts";
import type { JobWatcher } from "./job-follow.ts";

const colours: Readonly<Partial<Record<ServiceProgress["step"], Style>>> = {
  ...{ healthy: "green", done: "green", failed: "red", waiting: "dim" },
};

/** One service of a job as a row: where it is, how far, and what is to be said of it. */
function toJobRow(screen: Screen, { stack, service, step, done, detail = "" }: ServiceProgress): string[] {
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
      // the program's own lines say what it does in a step
      if (told.get(name) !== word) screen.line(`${name}  ${word}${detail === "" ? "" : `  ${detail}`}`);
      told.set(name, word);
    },
    onLine: (line, source) => screen.line(`${source} | ${printableLine(line, 2_000)}`),
    finish: () => undefined,
  };
}

const shownLines = 6;
const atRest: readonly ServiceProgress["step"][] = ["waiting", "healthy", "done"];

/** Where all of them are more than the terminal is high, those at work. */
function fitting(screen: Screen, services: readonly ServiceProgress[]): string[] {
  const space = screen.rows - shownLines - 2;
  if (services.length <= space) return toJobTable(screen, services);
  const shown = services.filter(({ step }) => !atRest.includes(step)).slice(0, Math.max(1, space));
  return [...toJobTable(screen, shown), screen.paint("dim", `… and ${services.length - shown.length} more`)];
}

function createTable(screen: Screen): JobScreen {
  const services = new Map<string, ServiceProgress>();
  let lines: string[] = [];
  let height = 0;
  const draw = (table = fitting(screen, [...services.values()])): void => {
    // a line that the terminal breaks would be counted as one, and stay behind
    const rows = [...table, ...lines.map((line) => screen.paint("dim", line))].map((line) =>
      clipLine(line, screen.columns),
    );
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
      lines = [...lines, `${source} | ${printableLine(line)}`].slice(-shownLines);
      draw();
    },
    finish(job) {
      job.services.forEach(put);
      lines = [];
      draw(toJobTable(screen, [...services.values()]));
    },
  };
}
