import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { conflict } from "../../../bus/kernel/errors.ts";
import type { CommandInput, CommandOutput, CommandType } from "../../../bus/messages/commands.ts";
import type { Handler, HandlerContext, Handlers } from "../../../agents/runtime/handlers.ts";
import type { EffectTarget } from "./effects.ts";

/** What a ticket's title says about its story. */
export const plots = ["fine", "second-try", "unhealthy"] as const;
export type Plot = (typeof plots)[number];

/** The plot that a title begins with. */
function plotOf(title: string): Plot {
  return plots.find((plot) => title.startsWith(plot)) ?? "fine";
}

export interface HandlerOptions {
  readonly target: EffectTarget;
  readonly stacks: number;
  /** Longest pause before and after an effect, in milliseconds. */
  readonly slowMs: number;
}

const hash = (text: string, length: number): string =>
  createHash("sha256").update(text).digest("hex").slice(0, length);
const baseCommit = hash("base", 40);

/** The commands of a crew whose every effect is counted at a target outside; each asks there before it does anything. */
export function chaosHandlers({ target, stacks, slowMs }: HandlerOptions): Handlers {
  const pause = (): Promise<void> => sleep(Math.random() * slowMs);

  /** Does an effect once, whoever asks how often; in between is room to be killed. */
  function once<T extends CommandType>(
    type: T,
    ticketOf: (input: CommandInput<T>) => string,
    work: (input: CommandInput<T>, id: string) => CommandOutput<T>,
  ): Handler<T> {
    return async (input, { commandId, assertLease }: HandlerContext) => {
      const before = await target.find(commandId);
      if (before) return before.output as CommandOutput<T>;
      await pause();
      if (type === "developer.implement") await assertLease();
      const output = work(input, commandId);
      const made = await target.make({ commandId, type, ticket: ticketOf(input), output });
      await pause();
      return made ? output : ((await target.find(commandId))?.output as CommandOutput<T>);
    };
  }

  return {
    "manager.triage": async ({ ticket }) => {
      const stack = `shop-${Number(ticket.id.slice(2)) % stacks}`;
      const { title, priority, labels, checks } = ticket;
      return { title, priority, labels, checks, repo: stack, stack, summary: "A change." };
    },
    "autopilot.decide": async () => ({ decision: "go", reason: "Nothing stands against it." }),
    "developer.implement": once(
      "developer.implement",
      ({ ticket }) => ticket.id,
      ({ ticket, attempt }, id) => {
        const passed = plotOf(ticket.title) !== "second-try" || attempt > 1;
        return {
          engine: "command",
          branch: `dockfra/${ticket.id}`,
          baseBranch: "main",
          baseCommit,
          commit: hash(id, 40),
          diff: hash(id, 64),
          stats: { files: [plotOf(ticket.title)], insertions: 1, deletions: 0 },
          tests: {
            passed,
            command: "node --test",
            exitCode: passed ? 0 : 1,
            tookMs: 5,
            output: { head: passed ? "ok" : "not ok" },
          },
        };
      },
    ),
    "manager.review": async () => ({ verdict: "approve", reasons: [] }),
    "developer.candidate": async ({ repo, commit }) => ({ repo, baseBranch: "main", baseCommit, commit }),
    "monitor.deploy": once(
      "monitor.deploy",
      ({ ticket }) => ticket,
      () => ({ outcome: "deployed", url: "http://127.0.0.1:1", tookMs: 1 }),
    ),
    "monitor.verify": async ({ checks }) => {
      const sick = checks.some((check) => check.kind === "http" && check.path === "/unhealthy");
      return {
        passed: !sick,
        evidence: checks.map((check) => ({ check, passed: !sick, observed: "seen", atMs: 1, tookMs: 1 })),
      };
    },
    "monitor.restore": once(
      "monitor.restore",
      ({ ticket }) => ticket,
      () => ({
        outcome: "restored",
        url: "http://127.0.0.1:1",
        error: conflict("asked", "It was asked for.").toJSON(),
        evidence: [],
        logTail: [],
      }),
    ),
    "developer.merge": once(
      "developer.merge",
      ({ ticket }) => ticket,
      ({ candidate }) => ({ commit: candidate.commit, baseBranch: "main" }),
    ),
    "host.checkout": async () => ({ fastForwarded: true }),
  };
}
