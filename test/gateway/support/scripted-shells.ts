import { notFound } from "../../../bus/kernel/errors.ts";
import { questions, type QuestionOutput, type RoleCommandView } from "../../../bus/messages/questions.ts";
import type { Role } from "../../../bus/messages/principals.ts";
import type { QuestionServer } from "../../../bus/ports/intents.ts";

type Run = (typeof questions)["developer.run"]["input"]["_output"];
type Answer = QuestionOutput<"developer.run">;

/** Shells that answer with what was written down for them, and remember what they were asked. */
export interface ScriptedShells {
  readonly asked: (Run & { readonly role: Role })[];
  /** What a command answers; the default echoes its arguments, one a line. */
  readonly answers: Map<string, (run: Run) => Promise<Answer> | Answer>;
  readonly commands: Map<Role, RoleCommandView[]>;
  serve(role: Role, bus: QuestionServer, signal: AbortSignal): Promise<unknown>;
}

const builtIn = (name: string, summary: string, usage = "[--json]"): RoleCommandView => ({
  ...{ name, summary, usage, source: "built_in" },
});

/** Makes such shells with some commands of each role, and one that a project brought. */
export function createScriptedShells(): ScriptedShells {
  const asked: ScriptedShells["asked"] = [];
  const answers: ScriptedShells["answers"] = new Map();
  const commands: ScriptedShells["commands"] = new Map([
    [
      "manager",
      [
        builtIn("ticket-list", "all tickets, newest first", "[--state <state>] [--json]"),
        builtIn("status", "Dockfra's parts, tickets by state, stacks"),
      ],
    ],
    [
      "developer",
      [
        builtIn("my-tickets", "tickets that are the developer's now"),
        builtIn("review", "a ticket's change, and what the rules say of it", "<ticket> [--json]"),
        { name: "seed-db", summary: "Fill the database", usage: "[args...]", source: "project" },
      ],
    ],
    [
      "monitor",
      [
        builtIn("deploy", "bring up a stack or a device", "<target> [--json]"),
        builtIn("service-status", "services with state, health and ports", "[target] [--json]"),
      ],
    ],
    ["autopilot", [builtIn("pilot-status", "whether the autopilot decides or is paused")]],
  ]);
  return {
    asked,
    answers,
    commands,
    serve: (role, bus, signal) =>
      Promise.all([
        bus.serveQuestion(
          `${role}.commands`,
          () => Promise.resolve({ commands: commands.get(role) ?? [] }),
          signal,
        ),
        bus.serveQuestion(
          `${role}.run`,
          async (input) => {
            const run = questions[`${role}.run`].input.parse(input);
            asked.push({ ...run, role });
            if (run.args.includes("no-such-device"))
              throw notFound("target_unknown", 'No stack or device "no-such-device".');
            const answer = answers.get(run.command);
            return answer ? answer(run) : { exitCode: 0, output: `${run.args.join("\n")}\n`, cut: false };
          },
          signal,
        ),
      ]),
  };
}
