import {
  nkeyAuthenticator,
  PermissionViolationError,
  type Msg,
  type NatsConnection,
} from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";

/** What a message in flight is known by, in its body or its subject. */
const tokenPattern = /c\d+c/;

export interface Arrival {
  /** Name of the account in which it was seen. */
  readonly account: string;
  readonly subject: string;
  readonly body: string;
}

/** One bare connection: no client of ours stands between it and the server's word. */
export interface Actor extends AsyncDisposable {
  readonly name: string;
  readonly nc: NatsConnection;
  /** Subjects that the server refused, as `publish x` and `subscription x` with the queue behind it. */
  readonly refused: Set<string>;
  /** Resolves when the server has dealt with all that was sent, and this side with all that came. */
  settle(): Promise<void>;
}

/** Connects one user. */
export async function connectActor(url: string, name: string, seed: string): Promise<Actor> {
  const nc = await connect({
    servers: url,
    name,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
    reconnect: false,
    noAsyncTraces: true,
    timeout: 10_000,
  });
  const refused = new Set<string>();
  void (async () => {
    for await (const status of nc.status()) {
      if (status.type !== "error" || !(status.error instanceof PermissionViolationError)) continue;
      const { operation, subject, queue } = status.error;
      refused.add(refusalOf(operation, subject, queue));
    }
  })();
  return {
    name,
    nc,
    refused,
    async settle() {
      await nc.flush();
      // what arrived is handed on in turns of the loop
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    },
    [Symbol.asyncDispose]: () => nc.close(),
  };
}

/** How a refusal is noted. */
export function refusalOf(operation: "publish" | "subscription", subject: string, queue = ""): string {
  return `${operation} ${subject} ${queue}`.trim();
}

/** A user without limits in one account, which hears all that happens there. */
export interface Witness extends Actor {
  /** By token, what was seen. */
  readonly seen: Map<string, Arrival[]>;
}

/** Connects the witness of an account. */
export async function connectWitness(url: string, account: string, seed: string): Promise<Witness> {
  const actor = await connectActor(url, `witness-${account}`, seed);
  const seen = new Map<string, Arrival[]>();
  actor.nc.subscribe(">", {
    callback: (_error, message) => note(seen, account, message),
  });
  await actor.settle();
  return { ...actor, seen, settle: () => actor.settle() };
}

const decoder = new TextDecoder();

function note(seen: Map<string, Arrival[]>, account: string, { subject, data }: Msg): void {
  // advisories of the server quote what they tell of
  if (subject.startsWith("$JS.EVENT.")) return;
  const body = decoder.decode(data.subarray(0, 200));
  const tokens = new Set([tokenPattern.exec(subject)?.[0], /^(?:re:)?(c\d+c)/.exec(body)?.[1]]);
  for (const token of tokens) {
    if (!token) continue;
    const list = seen.get(token);
    const arrival = { account, subject, body };
    if (list) list.push(arrival);
    else seen.set(token, [arrival]);
  }
}

let counter = 0;

/** A new token for one message. */
export function newToken(): string {
  return `c${counter++}c`;
}
