import { createHash } from "node:crypto";
import {
  commands,
  needsClaim,
  type CommandMessage,
  type CommandOutput,
  type CommandType,
} from "../../../bus/messages/commands.ts";
import { workers } from "../../../bus/messages/principals.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { DockfraError, toErrorInfo } from "../../../bus/kernel/errors.ts";

const hash = (text: string, length: number) =>
  createHash("sha256").update(text).digest("hex").slice(0, length);

/** What a scripted worker answers; throwing makes the command fail. */
export type Script = {
  readonly [T in CommandType]?: (message: CommandMessage) => CommandOutput<T> | Promise<CommandOutput<T>>;
};

/** The answers of a crew for which everything goes well. */
export const goodScript: Required<Script> = {
  "manager.triage": ({ input }) => {
    const { ticket } = commands["manager.triage"].input.parse(input);
    const { title, priority, labels, checks } = ticket;
    return {
      title,
      priority,
      labels,
      checks,
      repo: "shop",
      stack: ticket.stack ?? "shop",
      summary: "A change.",
    };
  },
  "autopilot.decide": () => ({ decision: "go", reason: "Nothing stands against it." }),
  "developer.implement": ({ id, input }) => {
    const { ticket } = commands["developer.implement"].input.parse(input);
    return {
      engine: "command",
      branch: `dockfra/${ticket.id}`,
      baseBranch: "main",
      baseCommit: hash("base", 40),
      commit: hash(id, 40),
      diff: hash(id, 64),
      stats: { files: ["a.txt"], insertions: 1, deletions: 0 },
      tests: { passed: true, command: "node --test", exitCode: 0, tookMs: 5, output: { head: "ok" } },
    };
  },
  "manager.review": () => ({ verdict: "approve", reasons: [] }),
  "developer.candidate": ({ id }) => ({
    repo: "shop",
    baseBranch: "main",
    baseCommit: hash("base", 40),
    commit: hash(id, 40),
  }),
  "monitor.deploy": () => ({ outcome: "deployed", url: "http://127.0.0.1:8088", tookMs: 5 }),
  "monitor.verify": () => ({ passed: true, evidence: [] }),
  "monitor.restore": () => ({
    outcome: "restored",
    url: "http://127.0.0.1:8088",
    error: new DockfraError("conflict", "asked", "It was asked for.").toJSON(),
    evidence: [],
    logTail: [],
  }),
  "developer.merge": ({ id }) => ({ commit: hash(id, 40), baseBranch: "main" }),
  "host.checkout": () => ({ fastForwarded: true }),
};

/** Answers one command by the script, as an agent does: claim, do, report, ack. */
async function answerCommand(
  bus: WorkerBus,
  message: CommandMessage,
  script: Script,
  instance: string,
): Promise<Parameters<WorkerBus["report"]>[0]> {
  const type = message.type as CommandType;
  const { id: commandId, flow } = message;
  if (needsClaim(type)) await bus.ask("command.claim", { flow, commandId, instance });
  const outcome = await Promise.resolve()
    .then(() => (script[type] ?? goodScript[type])(message as never))
    .then(
      (output) => ({ ok: true, output }) as const,
      (error: unknown) => ({ ok: false, error: toErrorInfo(error) }) as const,
    );
  return { commandId, type, flow, instance, outcome };
}

/** Starts one worker of each kind that answers by the script until the signal. */
export function startCrew(
  busOf: (worker: (typeof workers)[number]) => WorkerBus,
  script: Script,
  signal: AbortSignal,
): Promise<unknown> {
  return Promise.all(
    workers.map(async (worker) => {
      const bus = busOf(worker);
      const instance = `${worker}-1`;
      await bus.takeCommands({ signal, maxInHand: 100 }, async (delivery) => {
        const result = await answerCommand(bus, delivery.message, script, instance);
        await bus.report(result, delivery.envelope);
        delivery.ack();
      });
    }),
  );
}
