import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { connectCore, connectWorker } from "../../../bus/nats/connect.ts";
import type { CoreBus, WorkerBus } from "../../../bus/ports/bus.ts";
import { probeServer, renderAccountsConfig, toPublicKeys } from "../../../bus/server/external.ts";
import { ensureKeys, type PrincipalKeys } from "../../../bus/server/keys.ts";
import { freePort, readGreeting } from "../../../bus/server/ready.ts";
import { natsBinary } from "../../bus/nats-fixture.ts";
import { createInbox } from "../../contract/suites/inbox.ts";
import { cause, mergeCommand, mergeResult, newFlow, recordOf } from "../../contract/suites/samples.ts";

const nodes = [0, 1, 2] as const;

async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

describe("a cluster of three servers", { timeout: 180_000 }, () => {
  let dir: string;
  let keys: PrincipalKeys;
  let servers: string[];
  let core: CoreBus | undefined;
  let developer: WorkerBus | undefined;
  const end = new AbortController();
  const running = new Map<number, { kill(signal: "SIGKILL"): boolean } & PromiseLike<unknown>>();
  const kill = async (node: number): Promise<void> => {
    const server = running.get(node);
    server?.kill("SIGKILL");
    await server;
  };
  const start = async (node: number): Promise<void> => {
    running.set(
      node,
      execa(await natsBinary(), ["-c", join(dir, `${node}.conf`)], { reject: false, stdio: "ignore" }),
    );
  };
  /** Configures and starts all three; false where another program took one of the ports meanwhile. */
  const startAll = async (): Promise<boolean> => {
    const ports = await freePorts(nodes.length);
    const routes = await freePorts(nodes.length);
    servers = ports.map((port) => `nats://127.0.0.1:${port}`);
    for (const node of nodes) {
      const cluster = `{ name: three, host: 127.0.0.1, port: ${routes[node]}, routes: [${routes.map((port) => `"nats://127.0.0.1:${port}"`).join(", ")}] }`;
      const accounts = renderAccountsConfig("three", toPublicKeys(keys)).replace(
        "accounts: {",
        "system_account: SYS\naccounts: {\n  SYS: {}",
      );
      const store = JSON.stringify(join(dir, `store-${node}`));
      await writeFile(
        join(dir, `${node}.conf`),
        `server_name: node-${node}\nhost: 127.0.0.1\nport: ${ports[node]}\njetstream { store_dir: ${store} }\ncluster ${cluster}\n${accounts}`,
      );
      await start(node);
    }
    const greetings = nodes.map(async (node) => {
      const ended = Promise.resolve(running.get(node)).then(() => "ended" as const);
      for (;;) {
        const greeting = await Promise.race([ended, readGreeting(ports[node] ?? 0)]);
        if (greeting) return greeting !== "ended" && greeting.server_name === `node-${node}`;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    return (await Promise.all(greetings)).every(Boolean);
  };
  /** A cluster has no JetStream until it has chosen a leader. */
  const untilConnected = async <T>(connect: () => Promise<T>): Promise<T> => {
    const deadlineMs = Date.now() + 60_000;
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        if (Date.now() > deadlineMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  };

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "dockfra-cluster-"));
    keys = await ensureKeys(join(dir, "creds"));
    while (!(await startAll())) for (const node of nodes) await kill(node);
    const options = { servers, prefix: "three", log: silentLogger };
    core = await untilConnected(() =>
      connectCore({ ...options, seed: keys.orchestrator.seed, instance: "one" }),
    );
    developer = await untilConnected(() =>
      connectWorker({ ...options, seed: keys.developer.seed, worker: "developer", instance: "dev-1" }),
    );
  }, 150_000);
  afterAll(async () => {
    end.abort();
    await developer?.[Symbol.asyncDispose]();
    await core?.[Symbol.asyncDispose]();
    for (const node of nodes) await kill(node);
    await rm(dir, { recursive: true, force: true });
  }, 30_000);

  test("keeps the roles apart", async () => {
    await probeServer({ servers, prefix: "three", keys, log: silentLogger });
  });

  test("lets one rival win, and goes on when any one server is killed", async () => {
    if (!core || !developer) throw new Error("The cluster is not up.");
    const [one, worker] = [core, developer];
    const results = createInbox<string>();
    void worker.takeCommands({ signal: end.signal, maxInHand: 4 }, async ({ message, envelope, ack }) => {
      await worker.report(mergeResult(message), envelope);
      ack();
    });
    void one.takeResults({ signal: end.signal, maxInHand: 4 }, async ({ message, ack }) => {
      ack();
      results.add(message.commandId);
    });
    for (const node of [undefined, ...nodes.slice(1)]) {
      if (node !== undefined) await kill(node);
      const appended = await Promise.all(
        Array.from({ length: 30 }, () => one.flows.append(recordOf(newFlow()), { expectedSeq: 0 })),
      );
      expect(appended.every(({ ok }) => ok)).toBe(true);
      const ref = newFlow();
      const rivals = await Promise.all(
        Array.from({ length: 10 }, (_, n) => one.flows.append(recordOf(ref, 1, `${n}`), { expectedSeq: 0 })),
      );
      expect(rivals.filter(({ ok }) => ok)).toHaveLength(1);
      const command = mergeCommand();
      // A killed node may take a command in memory with it: it is sent again until its result is there, as by the sweep.
      const answered = results.first((id) => id === command.id);
      let attempt = 0;
      const again = setInterval(() => {
        attempt += 1;
        void one.dispatch(command, { attempt, causedBy: cause }).catch(() => undefined);
      }, 10_000);
      await one.dispatch(command, { attempt: 0, causedBy: cause });
      await answered.finally(() => clearInterval(again));
      if (node !== undefined) await start(node);
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  });
});
