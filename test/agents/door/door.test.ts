import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { invalidInput } from "../../../bus/kernel/errors.ts";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { createMemoryBus, type MemoryBus } from "../../../bus/memory/bus.ts";
import { connectDoor } from "../../../agents/door/client.ts";
import { createLocalDoor } from "../../../agents/door/local.ts";
import type { Operations } from "../../../agents/door/operations.ts";
import { serveDoor } from "../../../agents/door/server.ts";
import type { Door } from "../../../agents/shell/door.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

let bus: MemoryBus;
let scratch: Scratch;
let life: AbortController;
let path: string;
let serving: Promise<void>;
const seen: { aborted: boolean } = { aborted: false };

const operations: Operations = {
  echo: async (input, { line }) => {
    for (const word of String(input).split(" ")) line(word);
    return { words: String(input).split(" ").length };
  },
  refuse: () =>
    Promise.reject(invalidInput("usage", "That is not how.", { params: { why: "no", help: "" } })),
  wait: (_input, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => {
        seen.aborted = true;
        reject(signal.reason as Error);
      }),
    ),
};

beforeEach(async () => {
  bus = createMemoryBus();
  life = new AbortController();
  seen.aborted = false;
  scratch = await makeScratch();
  path = join(scratch.dir, "door.sock");
  const worker = bus.worker("developer", "developer");
  serving = serveDoor({ path, bus: worker, operations, log: silentLogger, signal: life.signal });
  void bus.core().serveIntents(async ({ verb }) => ({ ok: true, data: { verb } }), life.signal);
  await vi.waitUntil(() => connectDoor(path).catch(() => undefined));
});
afterEach(async () => {
  life.abort();
  await serving;
  await bus[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

async function bothDoors(use: (door: Door) => Promise<void>): Promise<void> {
  await using overSocket = await connectDoor(path);
  await use(overSocket);
  const services = { bus: bus.worker("developer", "developer"), operations };
  await use(createLocalDoor(services, life.signal));
}

it("passes requests on as the role, and what the bus refuses comes back coded", () =>
  bothDoors(async (door) => {
    await expect(door.ask("ticket.create", { title: "No" })).rejects.toMatchObject({ code: "not_allowed" });
    await expect(door.question("monitor.stacks", {})).rejects.toMatchObject({ code: "not_allowed" });
    await expect(door.question("host.project", {})).rejects.toMatchObject({ code: "host_down" });
  }));

it("performs the role's operations, with their lines before their answer", () =>
  bothDoors(async (door) => {
    const lines: string[] = [];
    const answer = await door.perform("echo", "a b c", { onLine: (line) => lines.push(line) });
    expect({ answer, lines }).toEqual({ answer: { words: 3 }, lines: ["a", "b", "c"] });
    await expect(door.perform("refuse", {})).rejects.toMatchObject({ code: "usage" });
    await expect(door.perform("toString", {})).rejects.toMatchObject({ code: "door_operation_unknown" });
  }));

it("follows the feed", () =>
  bothDoors(async (door) => {
    const stop = new AbortController();
    const codes: string[] = [];
    const watching = door.watch(({ code }) => codes.push(code), stop.signal);
    const teller = bus.worker("monitor", "monitor");
    await expect
      .poll(() => {
        teller.tell({ source: "monitor", kind: "health", atMs: 1, code: "sshd_restarted", params: {} });
        return codes;
      })
      .toContain("sshd_restarted");
    stop.abort();
    await watching;
  }));

it("ends an operation whose asker is gone", async () => {
  {
    await using door = await connectDoor(path);
    door.perform("wait", {}).catch(() => undefined);
    await door.perform("echo", "there");
  }
  await expect.poll(() => seen.aborted).toBe(true);
});

it("answers what waits with agent_down when the agent goes", async () => {
  await using door = await connectDoor(path);
  const waiting = door.perform("wait", {}).catch((error: unknown) => error);
  await door.perform("echo", "there");
  life.abort();
  await serving;
  expect(await waiting).toMatchObject({ code: expect.stringMatching(/^(?:agent_down|internal)$/) });
  await expect(connectDoor(path)).rejects.toMatchObject({ code: "agent_down" });
});

it("does many requests at once, up to a bound", async () => {
  await using door = await connectDoor(path);
  const waiting = Array.from({ length: 64 }, () => door.perform("wait", {}).catch(() => undefined));
  await expect(door.perform("echo", "one more")).rejects.toMatchObject({ code: "door_busy" });
  life.abort();
  await Promise.all(waiting);
});

it.each([
  ["no JSON", "hello\n", "door_request_invalid"],
  ["no request", '{"id":7,"do":"fly"}\n', "door_request_invalid"],
  ["null", "null\n", "door_request_invalid"],
])("refuses %s and goes on", async (_name, bytes, code) => {
  const socket = connect(path);
  socket.write(bytes);
  const [chunk] = (await once(socket, "data")) as [Buffer];
  expect(JSON.parse(chunk.toString())).toMatchObject({ ok: false, error: { code } });
  socket.destroy();
  await using door = await connectDoor(path);
  expect(await door.perform("echo", "still here")).toEqual({ words: 2 });
});
