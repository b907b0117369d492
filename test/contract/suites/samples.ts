import { newId } from "../../../bus/kernel/ids.ts";
import type { CommandMessage, FlowMessage, ResultMessage } from "../../../bus/messages/commands.ts";
import type { FeedEntry } from "../../../bus/messages/feed.ts";
import type { FlowRecord, FlowRef } from "../../../bus/messages/flow.ts";
import type { Principal } from "../../../bus/messages/principals.ts";
import type { ProjectFacts } from "../../../bus/messages/questions.ts";

const baseCommit = "a".repeat(40);
const commit = "b".repeat(40);

/** What led to a message, where a test does not care. */
export const cause = { id: "cause-1", correlationId: "story-1" } as const;

/** A flow that no other test uses. */
export function newFlow(): FlowRef {
  return { kind: "ticket", id: newId() };
}

/** A record of a flow; `note` tells records of one version apart. */
export function recordOf(ref: FlowRef, version = 1, note = ""): FlowRecord {
  return {
    ...ref,
    version,
    machine: 1,
    atMs: 1_700_000_000_000 + version,
    event: { type: "ticket.commented", note },
    cause: {
      id: newId(),
      kind: "intent",
      principal: "operator",
      actor: { kind: "human", id: "ann", trusted: true },
    },
    correlationId: newId(),
    snapshot: { value: "open", context: { notes: [note] }, done: false },
    pending: [
      {
        id: `${ref.kind}.${ref.id}.${version}.1`,
        to: { worker: "developer" },
        verb: "merge",
        input: { deep: [1, null] },
      },
    ],
    timers: { nag: { version, dueAtMs: 1_700_000_100_000, event: { type: "timer.nag" } } },
    causes: [[newId(), version]],
  };
}

/** A command for the developer. */
export function mergeCommand(id: string = newId(), flow: FlowRef = newFlow()): CommandMessage {
  return {
    id,
    type: "developer.merge",
    worker: "developer",
    flow,
    input: { ticket: "T-0001", candidate: { repo: "shop", baseBranch: "main", baseCommit, commit } },
  };
}

/** A command for the host. */
export function checkoutCommand(id: string = newId()): CommandMessage {
  return {
    id,
    type: "host.checkout",
    worker: "host",
    flow: newFlow(),
    input: { repo: "shop", baseBranch: "main", commit },
  };
}

/** The developer's good answer to a merge command. */
export function mergeResult(command: Pick<CommandMessage, "id" | "flow">, instance = "dev-1"): ResultMessage {
  return {
    commandId: command.id,
    type: "developer.merge",
    flow: command.flow,
    instance,
    outcome: { ok: true, output: { commit, baseBranch: "main" } },
  };
}

/** An event from one flow to another. */
export function flowMessage(id: string = newId()): FlowMessage {
  return {
    id,
    from: newFlow(),
    to: { kind: "deploy", id: "shop" },
    event: { type: "lane.enqueue", ticket: "T-0001" },
  };
}

/** A line of the feed. */
export function feedEntry(source: Principal, text: string): FeedEntry {
  return {
    source,
    kind: "progress",
    atMs: 1_700_000_000_000,
    code: "test.line",
    params: { step: 1 },
    flow: "ticket/T-0001",
    text,
  };
}

/** A project as the host tells of it. */
export const projectFacts: ProjectFacts = {
  root: "/srv/shop",
  runtime: "process",
  repos: [{ name: "shop", dir: "/srv/shop", baseBranch: "main" }],
  stacks: [{ name: "shop", repo: "shop", dir: "/srv/shop", files: ["compose.yaml"], deployable: true }],
  checks: [{ kind: "http", path: "/health" }],
  problems: [],
};
