import type { FlowRecord } from "../../bus/messages/flow.ts";
import { render } from "../../locales/render.ts";
import { ticketState } from "../../workflows/ticket/view.ts";
import { toSentence } from "../terminal/failure.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Screen } from "../terminal/screen.ts";
import { formatClock } from "../terminal/time.ts";
import type { ErrorInfo } from "../../bus/kernel/errors.ts";
import { paintState } from "./states.ts";

/** One step of a ticket's story. */
export interface TimelineEntry {
  readonly version: number;
  readonly atMs: number;
  readonly state: ReturnType<typeof ticketState>;
  /** What happened, in one sentence. */
  readonly sentence: string;
  /** Who made it happen: a person's name, or a role's. */
  readonly who: string;
}

/** Tells a ticket's records as a story. */
export function toTimeline(records: readonly FlowRecord[]): TimelineEntry[] {
  return records.map((record) => ({
    version: record.version,
    atMs: record.atMs,
    state: ticketState(record.snapshot.value),
    sentence: describeEvent(record),
    who: whoOf(record),
  }));
}

/** Writes one entry as a line: time, state, sentence. */
export function renderEntry(screen: Screen, entry: TimelineEntry): string {
  const state = paintState(screen, entry.state) + " ".repeat(Math.max(0, 12 - entry.state.length));
  return `${screen.paint("dim", formatClock(entry.atMs))}  ${state}  ${entry.sentence}`;
}

function whoOf({ cause }: FlowRecord): string {
  return cause.actor?.kind === "human" || cause.actor?.kind === "github" ? cause.actor.id : cause.principal;
}

function describeEvent(record: FlowRecord): string {
  const { event } = record;
  const params = { who: printableLine(whoOf(record), 80), ...paramsOf(event) };
  const sentence = render("en", `event.${event.type.replace(/^xstate\.after\..*$/, "timeout")}`, params);
  return printableLine(sentence ?? event.type);
}

/** Takes what a sentence may want to say out of an event, whatever its type. */
function paramsOf(event: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> {
  const output = recordOf(event["output"]) ?? {};
  const tests = recordOf(output["tests"]);
  const files = recordOf(output["stats"])?.["files"];
  const evidence = Array.isArray(output["evidence"]) ? output["evidence"] : undefined;
  const reasons = Array.isArray(output["reasons"]) ? output["reasons"] : event["reasons"];
  const candidates: Record<string, unknown> = {
    title: event["title"],
    instance: event["instance"],
    url: event["url"] ?? output["url"],
    summary: output["summary"],
    reason: output["reason"],
    decision: output["decision"],
    engine: output["engine"],
    verdict: output["verdict"],
    outcome: event["outcome"] ?? output["outcome"],
    baseBranch: output["baseBranch"],
    branch: output["branch"],
    commit: typeof output["commit"] === "string" ? output["commit"].slice(0, 10) : undefined,
    files: Array.isArray(files) ? files.length : undefined,
    tests: tests === undefined ? undefined : testsOf(tests),
    checks: evidence?.length,
    failed: evidence?.filter((item) => recordOf(item)?.["passed"] === false).length,
    reasons: Array.isArray(reasons) ? reasons.map(String).join("; ") : undefined,
    error: isError(event["error"]) ? toSentence(event["error"]) : undefined,
    text: recordOf(event["text"])?.["head"],
    note: recordOf(event["note"])?.["head"],
    checkout:
      output["fastForwarded"] === true
        ? "was brought up to date"
        : `was left as it is: ${typeof output["why"] === "string" ? output["why"] : "no reason given"}`,
  };
  const params: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(candidates))
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      params[name] = value;
  return params;
}

function testsOf(tests: Readonly<Record<string, unknown>>): string {
  if (tests["command"] === "") return "no tests to run";
  return tests["passed"] === true ? "the tests pass" : "the tests fail";
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

function isError(value: unknown): value is ErrorInfo {
  const record = recordOf(value);
  return typeof record?.["code"] === "string" && typeof record["message"] === "string";
}
