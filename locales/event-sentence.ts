import { render, type Language } from "./render.ts";

/** What is needed of a flow's record to say it. */
export interface HappenedEvent {
  readonly event: Readonly<Record<string, unknown>> & { readonly type: string };
  readonly cause: {
    readonly principal: string;
    readonly actor?: { readonly kind: string; readonly id: string } | undefined;
  };
}

/** Who made something happen: a person's name, or a role's. */
export function whoDid({ cause }: HappenedEvent): string {
  return cause.actor?.kind === "human" || cause.actor?.kind === "github" ? cause.actor.id : cause.principal;
}

/** Says in one sentence what happened to a ticket. */
export function eventSentence(language: Language, record: HappenedEvent): string {
  const { event } = record;
  const params = { who: whoDid(record), ...paramsOf(language, event) };
  return (
    render(language, `event.${event.type.replace(/^xstate\.after\..*$/, "timeout")}`, params) ?? event.type
  );
}

type Params = Record<string, string | number | boolean>;

/** Takes what a sentence may want to say out of an event, whatever its type. */
function paramsOf(language: Language, event: Readonly<Record<string, unknown>>): Params {
  const output = recordOf(event["output"]) ?? {};
  const tests = recordOf(output["tests"]);
  const files = recordOf(output["stats"])?.["files"];
  const evidence = Array.isArray(output["evidence"]) ? output["evidence"] : undefined;
  const reasons = Array.isArray(output["reasons"]) ? output["reasons"] : event["reasons"];
  const candidates: Record<string, unknown> = {
    title: event["title"],
    instance: event["instance"],
    url: event["url"] ?? output["url"],
    preview: typeof event["url"] === "string" ? `answers at ${event["url"]}` : "is closed",
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
    error: errorOf(language, event["error"]),
    text: recordOf(event["text"])?.["head"],
    note: recordOf(event["note"])?.["head"],
    checkout:
      output["fastForwarded"] === true
        ? "was brought up to date"
        : `was left as it is: ${typeof output["why"] === "string" ? output["why"] : "no reason given"}`,
  };
  return plainOf(candidates);
}

function plainOf(values: Readonly<Record<string, unknown>>): Params {
  const params: Params = {};
  for (const [name, value] of Object.entries(values))
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      params[name] = value;
  return params;
}

function errorOf(language: Language, value: unknown): string | undefined {
  const error = recordOf(value);
  if (typeof error?.["code"] !== "string" || typeof error["message"] !== "string") return undefined;
  return render(language, error["code"], plainOf(recordOf(error["params"]) ?? {})) ?? error["message"];
}

function testsOf(tests: Readonly<Record<string, unknown>>): string {
  if (tests["command"] === "") return "no tests to run";
  return tests["passed"] === true ? "the tests pass" : "the tests fail";
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}
