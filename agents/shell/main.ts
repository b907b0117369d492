import { homedir } from "node:os";
import { text } from "node:stream/consumers";
import type { Role } from "../../bus/messages/principals.ts";
import type { PersonPlace } from "./command.ts";
import type { Door } from "./door.ts";

const roles: readonly Role[] = ["manager", "developer", "monitor", "autopilot"];
/** Where the host puts the project's own commands of this role. */
const defaultProjectDir = "/run/dockfra/role/project";

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs one command of a role's shell for the person at this terminal, and gives its exit code. */
export async function runShell(argv: readonly string[], env: Environment): Promise<number> {
  const role = roles.find((known) => known === env["DOCKFRA_ROLE"]);
  if (!role) {
    process.stderr.write("DOCKFRA_ROLE names no role. These commands run in the container of a role.\n");
    return 64;
  }
  const projectDir = env["DOCKFRA_PROJECT_COMMANDS"] || defaultProjectDir;
  const [name = "commands", ...args] = argv;
  switch (name) {
    case "motd":
      return (await import("./motd.ts")).showMotd({ role, projectDir, openDoor: () => openDoor(env) });
    case "complete":
      return (await import("./completion.ts")).complete(args, {
        role,
        projectDir,
        openDoor: () => openDoor(env),
      });
    case "commands":
    case "--help":
    case "help":
      return (await import("./overview.ts")).showCommands({
        role,
        projectDir,
        json: args.includes("--json"),
      });
  }
  const stop = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) process.exit(signal === "SIGINT" ? 130 : 143);
    stop.abort(new Error(`stopped by ${signal}`));
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  process.on("SIGHUP", onSignal);
  const { runCommand } = await import("./registry.ts");
  await using door = lazyDoor(() => openDoor(env));
  const exitCode = await runCommand(role, name, args, {
    door,
    out: process.stdout,
    err: process.stderr,
    signal: stop.signal,
    person: personOf(env),
    projectDir,
    env,
  });
  return stop.signal.aborted && exitCode !== 0 ? 130 : exitCode;
}

async function openDoor(env: Environment): Promise<Door & AsyncDisposable> {
  const { connectDoor } = await import("../door/client.ts");
  return connectDoor(env["DOCKFRA_DOOR"]);
}

/** A door that is opened by its first use: help and the project's own commands need none. */
function lazyDoor(open: () => Promise<Door & AsyncDisposable>): Door & AsyncDisposable {
  let opened: Promise<Door & AsyncDisposable> | undefined;
  const door = (): Promise<Door & AsyncDisposable> => (opened ??= open());
  return {
    ask: async (verb, input, options) => (await door()).ask(verb, input, options),
    question: async (question, input) => (await door()).question(question, input),
    watch: async (onEntry, signal) => (await door()).watch(onEntry, signal),
    perform: async (name, input, options) => (await door()).perform(name, input, options),
    async [Symbol.asyncDispose]() {
      // what did not open has been said already
      const live = await opened?.catch(() => undefined);
      await live?.[Symbol.asyncDispose]();
    },
  };
}

function personOf(env: Environment): PersonPlace {
  return { home: env["HOME"] || homedir(), cwd: process.cwd(), env, readStdin: () => text(process.stdin) };
}

if (import.meta.main) {
  // a reader that has seen enough, such as head, is no failure
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const exitCode = await runShell(process.argv.slice(2), process.env);
  // a greeting or a proposal does not wait for an answer that came too late
  if (["motd", "complete"].includes(process.argv[2] ?? "")) process.exit(exitCode);
  process.exitCode = exitCode;
}
