import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createProcessSandbox } from "../../../../agents/container/sandbox.ts";
import { createLocalDoor } from "../../../../agents/door/local.ts";
import { loadRole } from "../../../../agents/role-loader.ts";
import { runAgent } from "../../../../agents/runtime/agent.ts";
import { createPatientClient } from "../../../../agents/runtime/patient-client.ts";
import type { Door } from "../../../../agents/shell/door.ts";
import { runCommand } from "../../../../agents/shell/registry.ts";
import { silentLogger } from "../../../../bus/kernel/log.ts";
import { createMemoryBus, type MemoryBus } from "../../../../bus/memory/bus.ts";
import type { FeedEntry } from "../../../../bus/messages/feed.ts";
import { roles, type Role } from "../../../../bus/messages/principals.ts";
import type { TicketState, TicketView } from "../../../../bus/messages/ticket.ts";
import type { ClientBus } from "../../../../bus/ports/bus.ts";
import { runOrchestrator } from "../../../../orchestrator/main.ts";
import { readProjectText } from "../../../../stacks/project-file/project-file.ts";
import { standardRegistry, type FlowRegistry } from "../../../../workflows/registry.ts";
import { createUserRepo, type UserRepo } from "../../../agents/user-repo.ts";

export interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface RunningAgent {
  readonly door: Door;
  stop(): Promise<void>;
}

export interface ShellHouse extends AsyncDisposable {
  readonly bus: MemoryBus;
  readonly user: UserRepo;
  readonly operator: ClientBus;
  readonly feed: FeedEntry[];
  /** HOME of the person who logs in. */
  readonly home: string;
  start(role: Role, instance?: string): RunningAgent;
  /** Runs a command as a person in a role's shell. */
  shell(role: Role, name: string, args?: readonly string[], more?: RunMore): Promise<Ran>;
  until(id: string, ...states: TicketState[]): Promise<TicketView>;
}

export interface RunMore {
  readonly door?: Door;
  readonly cwd?: string;
  readonly stdin?: string;
  readonly projectDir?: string;
  /** Whether it is the agent that runs it, for the page. */
  readonly noPerson?: boolean;
}

export interface HouseOptions {
  /** Roles that are not there from the start. */
  readonly without?: readonly Role[];
  readonly registry?: FlowRegistry;
}

/** An orchestrator, the host's answers and the real agents on the memory bus, with real git. */
export async function createShellHouse(
  files: Readonly<Record<string, string>> = { "hello.txt": "hello\n" },
  { without = [], registry = standardRegistry }: HouseOptions = {},
): Promise<ShellHouse> {
  const user = await createUserRepo(files);
  const bus = createMemoryBus({ ackWaitMs: 2_000 });
  const all = new AbortController();
  const running: Promise<unknown>[] = [];
  const feed: FeedEntry[] = [];
  const operator = bus.client("operator");
  const home = join(user.top, "home");
  await mkdir(home);
  await new Promise<void>((onReady) => {
    running.push(
      runOrchestrator({
        bus: bus.core(),
        stateDir: ":memory:",
        instance: "orchestrator-1",
        log: silentLogger,
        signal: all.signal,
        onReady,
        registry,
        patienceMs: 300,
      }),
    );
  });
  running.push(operator.watchFeed((entry) => feed.push(entry), all.signal));
  const host = bus.worker("host", "host");
  running.push(
    host.serveQuestion(
      "host.project",
      async () => {
        const projectFile = await readProjectText(user.dir);
        return {
          root: user.dir,
          runtime: "docker" as const,
          repos: [user.repo],
          stacks: [],
          checks: [],
          problems: [],
          ...(projectFile === undefined ? {} : { projectFile }),
        };
      },
      all.signal,
    ),
  );

  const agents = new Map<Role, RunningAgent>();
  const [manager, developer, monitor, autopilot] = await Promise.all([
    loadRole("manager"),
    loadRole("developer"),
    loadRole("monitor"),
    loadRole("autopilot"),
  ]);
  const loaded = { manager, developer, monitor, autopilot } as const;
  function start(role: Role, instance: string = `${role}-1`): RunningAgent {
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, all.signal]);
    const worker = bus.worker(role, instance);
    const client = createPatientClient(worker, { signal });
    const sandbox = createProcessSandbox(join(user.stateDir, role, instance, "home"));
    const { stateDir, dir: root } = user;
    const parts = loaded[role]({
      client,
      stateDir,
      root,
      instance,
      sandbox,
      tell: (entry) => worker.tell(entry),
      log: silentLogger,
    });
    const { handlers, operations, handOver } = parts;
    const life = runAgent({
      worker: role,
      instance,
      bus: worker,
      log: silentLogger,
      signal,
      handlers,
      ...(handOver ? { handOver } : {}),
    });
    running.push(life);
    const agent = {
      door: createLocalDoor({ bus: worker, operations }, signal),
      stop: async () => {
        own.abort();
        await life;
      },
    };
    agents.set(role, agent);
    return agent;
  }
  for (const role of roles) if (!without.includes(role)) start(role);

  return {
    bus,
    user,
    operator,
    feed,
    home,
    start,
    async shell(role, name, args = [], more = {}) {
      let [out, err] = ["", ""];
      const door = more.door ?? agents.get(role)?.door;
      if (!door) throw new Error(`No ${role} runs.`);
      const env = { PATH: process.env["PATH"], HOME: home, USER: "ada", NO_COLOR: "1" };
      const exitCode = await runCommand(role, name, args, {
        door,
        out: { write: (text) => (out += text) },
        err: { write: (text) => (err += text) },
        signal: all.signal,
        env,
        ...(more.noPerson
          ? {}
          : { person: { home, cwd: more.cwd ?? home, env, readStdin: async () => more.stdin ?? "" } }),
        ...(more.projectDir === undefined ? {} : { projectDir: more.projectDir }),
      });
      return { exitCode, out, err };
    },
    async until(id, ...states) {
      for (let tries = 0; tries < 1_500; tries += 1) {
        const ticket = await operator.ask("ticket.show", { id });
        if (states.includes(ticket.state)) return ticket;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const { state, blocked } = await operator.ask("ticket.show", { id });
      throw new Error(`${id} is ${state}, not ${states.join(" or ")}: ${blocked?.error.message ?? ""}`);
    },
    async [Symbol.asyncDispose]() {
      all.abort();
      await Promise.allSettled(running);
      await bus[Symbol.asyncDispose]();
      await user[Symbol.asyncDispose]();
    },
  };
}
