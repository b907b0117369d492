import type { Socket } from "socket.io-client";
import type { FeedItem } from "../../../../bus/messages/feed.ts";
import type { ClientEvents, ServerEvents } from "../../../socket/events.ts";
import { ApiError, type CallApi } from "./api.ts";
import { appendFeed } from "./feed-list.ts";
import { createBatch, onNextFrame } from "./frame-batch.ts";
import { createReaders, type Readers } from "./readers.ts";
import { createLiveState, type Connection, type LiveState } from "./state.ts";

/** The gateway's socket, as the page uses it. */
export type GatewaySocket = Socket<ServerEvents, ClientEvents>;

/** The server's state, kept current by one socket. */
export interface Live {
  readonly state: LiveState;
  readonly read: Readers;
  readonly call: CallApi;
  readonly socket: GatewaySocket;
  stop(): void;
}

export interface LiveOptions {
  readonly call: CallApi;
  readonly socket: GatewaySocket;
  /** Called where the gateway no longer knows this session. */
  readonly onSignedOut: () => void;
  readonly schedule?: (callback: () => void) => void;
  readonly nowMs?: () => number;
}

/** A lane or a part may change several times at once; it is read once, this much later. */
const settleMs = 300;

/** Connects: each time the socket opens, snapshots are read anew and the feed resumes after the last item seen. */
export function startLive({
  call,
  socket,
  onSignedOut,
  schedule = onNextFrame,
  nowMs = Date.now,
}: LiveOptions): Live {
  const state = createLiveState(nowMs());
  const read = createReaders(state, call);
  const settled = new Map<string, ReturnType<typeof setTimeout>>();
  let stopped = false;

  const turn = (phase: Connection["phase"]): void =>
    state.connection.update((now) => (now.phase === phase ? now : { phase, sinceMs: nowMs() }));
  const soon = (name: string, task: () => Promise<void>): void => {
    if (settled.has(name)) return;
    const run = (): void => {
      settled.delete(name);
      void task();
    };
    settled.set(name, setTimeout(run, settleMs));
  };
  const jobsAreRead = (): boolean => state.jobs.get().value !== undefined;
  const feed = createBatch<FeedItem>((items) => {
    state.feed.update((list) => appendFeed(list, items));
    if (items.some(({ flow }) => flow?.startsWith("deploy/") === true)) soon("lanes", read.lanes);
    if (items.some(({ code }) => code.startsWith("part_"))) soon("status", read.status);
    if (items.some(({ code }) => code === "job_started" || code === "job_done") && jobsAreRead())
      soon("jobs", read.jobs);
  }, schedule);

  async function synchronise(): Promise<void> {
    void Promise.all([read.tickets(), read.project(), read.lanes(), read.status()]);
    if (jobsAreRead()) void read.jobs();
    await read.feed().catch(failed);
    socket.emit("subscribe", { since: state.feed.get().lastSeq }, () => turn("connected"));
  }

  /** Tells a gateway that is gone from one that no longer knows us. */
  async function ask(): Promise<void> {
    const answer = await call<{ signedIn: boolean }>("/session").catch(failed);
    if (stopped || socket.connected) return;
    if (answer?.signedIn === false) return onSignedOut();
    turn(answer === undefined ? "down" : "reconnecting");
    if (!socket.active) setTimeout(() => !stopped && socket.connect(), 1_000);
  }

  socket.on("connect", () => void synchronise());
  socket.on("disconnect", () => {
    if (stopped) return;
    turn("reconnecting");
    void ask();
  });
  socket.on("connect_error", () => void ask());
  socket.on("feed", feed.add);
  socket.on("ticket", ({ view }) => read.takeTicket(view));
  socket.connect();

  return {
    state,
    read,
    call,
    socket,
    stop() {
      stopped = true;
      for (const timer of settled.values()) clearTimeout(timer);
      socket.disconnect();
    },
  };
}

function failed(error: unknown): undefined {
  if (!(error instanceof ApiError)) throw error;
  return undefined;
}
