import { fileURLToPath } from "node:url";
import type { Role } from "../../bus/messages/principals.ts";
import type { QuestionInput, QuestionOutput } from "../../bus/messages/questions.ts";
import type { QuestionServer } from "../../bus/ports/intents.ts";
import { pickEnvironment } from "../../stacks/processes/environment.ts";
import { runProgram } from "../../stacks/processes/program-run.ts";
import { asShell } from "../container/users.ts";
import type { Door } from "../shell/door.ts";

type Answer = QuestionOutput<`${Role}.run`>;

export interface RoleQuestionsOptions {
  readonly role: Role;
  readonly bus: QuestionServer;
  /** For commands that run inside the agent. */
  readonly door: Door;
  /**
   * Whether the role has a container: then its commands run there as the shell's user, the project's own among them;
   * otherwise only those that come with Dockfra run, inside the agent.
   */
  readonly hasContainer: boolean;
  readonly signal: AbortSignal;
}

const mostOutput = 262_144;
const defaultTimeoutMs = 30_000;
/** Where the host puts the project's own commands of a role. */
const projectDir = "/run/dockfra/role/project";
const shellProgram = fileURLToPath(new URL("../shell/main.ts", import.meta.url));

/** Answers until the signal what a role's shell offers, and runs one of its commands for whoever may ask. */
export async function serveRoleQuestions(options: RoleQuestionsOptions): Promise<void> {
  const { role, bus, hasContainer, signal } = options;
  const { listCommands } = await import("../shell/registry.ts");
  await Promise.all([
    bus.serveQuestion(
      `${role}.commands`,
      async () => ({ commands: await listCommands(role, hasContainer ? projectDir : undefined) }),
      signal,
    ),
    bus.serveQuestion(
      `${role}.run`,
      (input) => {
        const request = input as QuestionInput<`${Role}.run`>;
        return hasContainer ? runAsShell(options, request) : runInside(options, request);
      },
      signal,
    ),
  ]);
}

async function runAsShell(
  { role, signal }: RoleQuestionsOptions,
  { command, args, timeoutMs = defaultTimeoutMs }: QuestionInput<`${Role}.run`>,
): Promise<Answer> {
  const kept = createTail();
  const home = `/home/${role}`;
  const node = [process.execPath, "--disable-warning=ExperimentalWarning"];
  // that user's home is closed to us, so the child goes there itself
  const argv = ["env", `--chdir=${home}`, ...node, shellProgram, command, ...args];
  const run = await runProgram(asShell(argv), {
    cwd: "/",
    env: {
      ...pickEnvironment(["PATH", "LANG", "NODE_COMPILE_CACHE", "DOCKFRA_PREFIX"]),
      DOCKFRA_ROLE: role,
      HOME: home,
      USER: role,
    },
    timeoutMs,
    signal,
    onLine: (line) => kept.add(`${line}\n`),
  });
  if (run.notStarted !== undefined) kept.add(`It did not start: ${run.notStarted}.\n`);
  return { exitCode: run.timedOut ? timedOutCode : (run.exitCode ?? 1), ...kept.answer() };
}

/** What a shell's `timeout` gives. */
const timedOutCode = 124;

async function runInside(
  { role, door, signal }: RoleQuestionsOptions,
  { command, args, timeoutMs = defaultTimeoutMs }: QuestionInput<`${Role}.run`>,
): Promise<Answer> {
  const { runCommand } = await import("../shell/registry.ts");
  const kept = createTail();
  const out = { write: (text: string) => kept.add(text) };
  const late = AbortSignal.timeout(timeoutMs);
  const until = AbortSignal.any([signal, late]);
  const exitCode = await runCommand(role, command, args, { door, out, err: out, signal: until, env: {} });
  return { exitCode: late.aborted && exitCode !== 0 ? timedOutCode : exitCode, ...kept.answer() };
}

/** Keeps the end of an output, whole lines where it has to be cut. */
function createTail(): { add: (text: string) => void; answer: () => Pick<Answer, "output" | "cut"> } {
  let output = "";
  let cut = false;
  const shorten = (): void => {
    if (output.length <= mostOutput) return;
    cut = true;
    const tail = output.slice(-mostOutput);
    output = tail.slice(tail.indexOf("\n") + 1);
  };
  return {
    add(text) {
      output += text;
      // not at each line: a slice copies
      if (output.length > 2 * mostOutput) shorten();
    },
    answer() {
      shorten();
      return { output, cut };
    },
  };
}
