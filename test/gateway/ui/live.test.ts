import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { ApiError, type CallApi } from "../../../gateway/ui/src/live/api.ts";
import { startLive, type GatewaySocket, type Live } from "../../../gateway/ui/src/live/live.ts";
import { ticket } from "./support/ticket.ts";

const item = (seq: number, more: object = {}) => ({
  seq,
  source: "developer",
  kind: "log",
  atMs: seq,
  code: "x",
  params: {},
  ...more,
});

/** The server's side of a page's connection, in which nothing happens by itself. */
function makeServer() {
  const events = new EventEmitter();
  const subscribed: number[] = [];
  const socket = Object.assign(events, {
    connected: false,
    active: true,
    connect: () => socket,
    disconnect: () => socket,
  });
  const emitHere = events.emit.bind(events);
  socket.emit = (name: string, ...args: unknown[]) => {
    if (name !== "subscribe") return emitHere(name, ...args);
    const [{ since }, answer] = args as [{ since: number }, (reply: unknown) => void];
    subscribed.push(since);
    answer({ ok: true, lastSeq: since });
    return true;
  };
  const answers = new Map<string, unknown>([
    ["/session", { signedIn: true }],
    ["/project", { stacks: [] }],
    ["/deploys", { lanes: [] }],
    ["/status", { parts: [] }],
    ["/tickets?limit=1000", { tickets: [ticket({ version: 2 })] }],
    ["/feed?limit=300", { items: [item(1), item(2)], lastSeq: 2 }],
  ]);
  const asked: string[] = [];
  const call: CallApi = (path) => {
    asked.push(path);
    const answer = answers.get(path);
    return answer === undefined ? Promise.reject(new ApiError(0)) : Promise.resolve(answer as never);
  };
  return {
    answers,
    asked,
    subscribed,
    call,
    socket: socket as unknown as GatewaySocket,
    say: emitHere,
    open: (isOpen: boolean, event: string) => {
      socket.connected = isOpen;
      emitHere(event);
    },
  };
}

function start(server: ReturnType<typeof makeServer>, onSignedOut = (): void => undefined): Live {
  return startLive({
    call: server.call,
    socket: server.socket,
    onSignedOut,
    schedule: (callback) => setImmediate(callback),
    nowMs: () => 7,
  });
}
const seqs = ({ state }: Live): number[] => state.feed.get().items.map(({ seq }) => seq);

test("on connect it reads everything, then subscribes after the newest item it has", async () => {
  const server = makeServer();
  const live = start(server);
  expect(live.state.connection.get()).toEqual({ phase: "connecting", sinceMs: 7 });
  server.open(true, "connect");
  await expect.poll(() => live.state.connection.get().phase).toBe("connected");
  expect(server.subscribed).toEqual([2]);
  expect(live.state.tickets.get().value?.get("T-0001")?.version).toBe(2);
  server.say("feed", item(3));
  server.say("feed", item(3));
  server.say("feed", item(5));
  await expect.poll(() => seqs(live)).toEqual([1, 2, 3, 5]);
  live.stop();
});

test("after a break it resumes where it was, and takes the server's word for all else", async () => {
  const server = makeServer();
  const live = start(server);
  server.open(true, "connect");
  await expect.poll(() => live.state.connection.get().phase).toBe("connected");
  server.answers.delete("/session");
  server.open(false, "disconnect");
  await expect.poll(() => live.state.connection.get().phase).toBe("down");
  server.answers.set("/session", { signedIn: true });
  server.answers.set("/tickets?limit=1000", { tickets: [ticket({ id: "T-0002" })] });
  server.answers.set("/feed?limit=300", { items: [item(1), item(2), item(3)], lastSeq: 3 });
  server.open(true, "connect");
  await expect.poll(() => live.state.connection.get().phase).toBe("connected");
  expect(server.subscribed).toEqual([2, 3]);
  expect(seqs(live)).toEqual([1, 2, 3]);
  expect([...(live.state.tickets.get().value?.keys() ?? [])]).toEqual(["T-0002"]);
  live.stop();
});

test("a gateway that no longer knows the session ends at the door", async () => {
  const server = makeServer();
  let out = 0;
  const live = start(server, () => (out += 1));
  server.answers.set("/session", { signedIn: false });
  server.open(false, "connect_error");
  await expect.poll(() => out).toBe(1);
  live.stop();
});

test("a ticket's change is taken once, an old one never; what moves a lane reads the lanes", async () => {
  const server = makeServer();
  const live = start(server);
  server.open(true, "connect");
  await expect.poll(() => live.state.connection.get().phase).toBe("connected");
  server.say("ticket", { view: ticket({ version: 4, title: "new" }) });
  server.say("ticket", { view: ticket({ version: 3, title: "old" }) });
  expect(live.state.tickets.get().value?.get("T-0001")?.title).toBe("new");
  const before = server.asked.filter((path) => path === "/deploys").length;
  for (const seq of [10, 11, 12]) server.say("feed", item(seq, { flow: "deploy/shop" }));
  await expect.poll(() => server.asked.filter((path) => path === "/deploys").length).toBe(before + 1);
  live.stop();
});

test("what cannot be read keeps its last value beside the error", async () => {
  const server = makeServer();
  const live = start(server);
  await live.read.project();
  server.answers.delete("/project");
  await live.read.project();
  const { value, error } = live.state.project.get();
  expect(value).toEqual({ stacks: [] });
  expect(error).toBeInstanceOf(ApiError);
  live.stop();
});
