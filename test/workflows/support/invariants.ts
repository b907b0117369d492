import { z } from "zod";
import { ErrorInfo } from "../../../bus/messages/error-info.ts";
import { Evidence } from "../../../bus/messages/checks.ts";
import { commands } from "../../../bus/messages/commands.ts";
import { DeployView, deployStates } from "../../../bus/messages/deploy.ts";
import { FlowEvent, FlowRef, type FlowRecord } from "../../../bus/messages/flow.ts";
import {
  BranchName,
  CommitHash,
  StackName,
  TicketId,
  TicketView,
  ticketStates,
} from "../../../bus/messages/ticket.ts";
import { toDeployView } from "../../../workflows/deploy/flow.ts";
import type { Effect } from "../../../workflows/flow.ts";
import { toTicketView } from "../../../workflows/ticket/view.ts";
import { pathOf } from "./expectations.ts";
import type { Run } from "./run.ts";
import { storyStartMs } from "./story.ts";

const round = z.int().positive();
/** What flows tell one another, field by field. */
const sent: Readonly<Record<string, z.ZodType>> = {
  "deploy.request": z.strictObject({
    type: z.string(),
    ticket: TicketId,
    round,
    repo: StackName,
    branch: BranchName,
    commit: CommitHash,
  }),
  "deploy.confirm": z.strictObject({ type: z.string(), ticket: TicketId, round }),
  "deploy.rollback": z.strictObject({ type: z.string(), ticket: TicketId, round }),
  "deploy.live": z.strictObject({
    type: z.string(),
    round,
    url: z.string().min(1),
    candidate: commands["developer.candidate"].output,
  }),
  "deploy.failed": z.strictObject({ type: z.string(), round, error: ErrorInfo, evidence: z.array(Evidence) }),
  "deploy.settled": z.strictObject({
    type: z.string(),
    round,
    outcome: z.enum(["released", "restored", "withdrawn", "not_restored"]),
    error: ErrorInfo.optional(),
  }),
};

/** States that only a person's word leaves. */
const personStates = ["open.waiting", "reopened.waiting", "approving.waiting", "blocked", "paused"];

/** Lists what is wrong with a flow after a step; nothing, when all is well. */
export function faultsOf(run: Run): readonly string[] {
  const path = pathOf(run.snapshot.value);
  return [
    ...faultsOfSnapshot(run, path),
    ...faultsOfRest(run, path),
    ...faultsOfView(run),
    ...run.effects.flatMap(faultsOfEffect),
  ].map((fault) => `${run.ref.kind} in ${path}: ${fault}`);
}

function faultsOfSnapshot({ ref, snapshot }: Run, path: string): readonly string[] {
  const legal: readonly string[] = ref.kind === "ticket" ? ticketStates : deployStates;
  const faults = legal.includes(path.split(".", 1)[0] ?? "")
    ? []
    : ["the state is not in the list of states"];
  if (!isPlain(snapshot)) faults.push("the snapshot does not survive JSON");
  const { blocked } = snapshot.context as { readonly blocked?: { readonly error?: unknown } };
  if (path === "blocked" && !ErrorInfo.safeParse(blocked?.error).success)
    faults.push("blocked without a coded reason");
  if (path !== "blocked" && path !== "paused" && blocked !== undefined)
    faults.push("a reason to be blocked without being so");
  return faults;
}

function faultsOfRest({ snapshot, pending, timers }: Run, path: string): readonly string[] {
  const names = timers.map(({ name }) => name).join(", ");
  if (snapshot.done) return timers.length > 0 ? [`at rest with the timers ${names}`] : [];
  if (personStates.includes(path)) {
    return pending.length + timers.length > 0 ? ["waits for a person, yet something is pending"] : [];
  }
  const faults = pending.length > 0 ? [] : ["waits for nobody"];
  return timers.length === 1 ? faults : [...faults, `has not one timer but ${timers.length}: ${names}`];
}

function faultsOfView({ ref, snapshot }: Run): readonly string[] {
  const record: FlowRecord = {
    ...ref,
    version: 1,
    machine: 1,
    atMs: storyStartMs,
    event: { type: "seen" },
    cause: { id: "c", kind: "intent", principal: "operator" },
    correlationId: "c",
    snapshot,
    pending: [],
    timers: {},
    causes: [],
  };
  const parsed =
    ref.kind === "ticket"
      ? TicketView.safeParse(toTicketView(record))
      : DeployView.safeParse(toDeployView(record));
  return parsed.success ? [] : [`its view is not legal: ${z.prettifyError(parsed.error)}`];
}

function faultsOfEffect(effect: Effect): readonly string[] {
  switch (effect.type) {
    case "command":
      return faultsOfData(effect.command, commands[effect.command]?.input, effect.input);
    case "send":
      return [
        ...faultsOfData("the flow sent to", FlowRef, effect.to),
        ...faultsOfData(effect.event.type, sent[effect.event.type], effect.event),
      ];
    case "timer":
      return [
        ...faultsOfData(effect.name, FlowEvent, effect.event),
        ...(effect.delayMs > 0 && effect.name !== "" ? [] : [`the timer "${effect.name}" has no delay`]),
      ];
    case "cancel":
      return effect.name === "" ? ["a timer without a name was cancelled"] : [];
    case "forget":
      return [];
  }
}

function faultsOfData(name: string, schema: z.ZodType | undefined, data: unknown): readonly string[] {
  if (!schema) return [`"${name}" is in no catalog`];
  const parsed = schema.safeParse(data);
  if (!parsed.success) return [`"${name}" is not legal: ${z.prettifyError(parsed.error)}`];
  return isPlain(data) ? [] : [`"${name}" does not survive JSON`];
}

/** Whether JSON gives back what it took: plain data, where an absent field may also be undefined. */
function isPlain(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isPlain);
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every((field) => field === undefined || isPlain(field));
}
