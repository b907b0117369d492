import { createAttempts } from "../auth/attempts.ts";
import { denied, notFound } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import type { Actor, Role } from "../../bus/messages/principals.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import type { KnownSecrets } from "../text/known-secrets.ts";
import { keepColours } from "../text/terminal-text.ts";
import { checkArguments } from "./argv.ts";

/** One command of a role's shell, as a person asks for it. */
export interface RoleRun {
  readonly role: Role;
  readonly command: string;
  readonly args: readonly string[];
  readonly actor: Actor;
  /** The longest it may take; default 30 s. */
  readonly timeoutMs?: number;
}

/** How it ended, fit to be shown. */
export interface RoleRunResult {
  readonly exitCode: number;
  /** Of its escape sequences only colours are left, of secrets that are known here nothing. */
  readonly output: string;
  readonly cut: boolean;
  readonly tookMs: number;
}

/** Runs commands in the roles' shells, for people. */
export interface RoleRunner {
  /** @throws `role_command_unknown`, `arguments_invalid`, `too_many_runs`, `role_busy`, `<role>_down` */
  run(run: RoleRun): Promise<RoleRunResult>;
}

/** Of one person. */
const runsPerMinute = 60;
/** Of one role, at the same time. */
const runsAtOnce = 4;
const defaultTimeoutMs = 30_000;
/** What the way there and back may take beside the command. */
const wayMs = 5_000;

/** Makes the one way by which the page and the API run a role's command. */
export function createRoleRunner({
  bus,
  secrets,
  log,
}: {
  readonly bus: QuestionClient;
  readonly secrets: KnownSecrets;
  readonly log: Logger;
}): RoleRunner {
  const attempts = createAttempts({ max: runsPerMinute, windowMs: 60_000 });
  const running = new Map<Role, number>();
  return {
    async run({ role, command, args, actor, timeoutMs = defaultTimeoutMs }) {
      const argv = checkArguments(args);
      if (!attempts.take(actor.id)) throw tooManyRuns();
      const now = running.get(role) ?? 0;
      if (now >= runsAtOnce) throw roleBusy(role, now);
      running.set(role, now + 1);
      const startedAtMs = performance.now();
      try {
        const { commands } = await bus.question(`${role}.commands`, {});
        if (!commands.some(({ name }) => name === command)) throw commandUnknown(role, command);
        const answer = await bus.question(
          `${role}.run`,
          { command, args: argv, timeoutMs },
          { timeoutMs: timeoutMs + wayMs },
        );
        const tookMs = Math.round(performance.now() - startedAtMs);
        // arguments may hold what a person would not have in a log
        log.info(
          { role, command, actor: actor.id, exitCode: answer.exitCode, tookMs },
          "ran a role's command",
        );
        return { ...answer, output: secrets.redact(keepColours(answer.output)), tookMs };
      } finally {
        running.set(role, (running.get(role) ?? 1) - 1);
      }
    },
  };
}

function commandUnknown(role: Role, command: string) {
  const shown = command.slice(0, 64);
  return notFound("role_command_unknown", `The ${role} has no command "${shown}". Look at its list.`, {
    params: { role, command: shown },
  });
}

function tooManyRuns() {
  return denied("too_many_runs", "Too many commands were run. Wait a minute, then run it again.", {
    retryable: true,
  });
}

function roleBusy(role: Role, count: number) {
  return denied(
    "role_busy",
    `The ${role} runs ${count} commands for people already. Wait until one has ended, then run it again.`,
    { params: { role, count }, retryable: true },
  );
}
