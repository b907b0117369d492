import type { Principal, Worker } from "../messages/principals.ts";
import type { Intent, IntentInput } from "../messages/intents.ts";
import type { Question, QuestionInput } from "../messages/questions.ts";
import type { ClientBus, WorkerBus } from "../ports/bus.ts";
import type { IntentClient, PassThrough, QuestionClient } from "../ports/intents.ts";
import type { Connection } from "./connection.ts";
import type { MemoryServer } from "./server.ts";
import { createWorkerSide } from "./work.ts";

function createAsking(
  server: MemoryServer,
  connection: Connection,
  principal: Principal,
): IntentClient & QuestionClient {
  return {
    principal,
    async ask(verb, input, options = {}) {
      connection.assertOpen();
      return server.intents.ask(principal, verb, input, options);
    },
    async question(question, input, { timeoutMs } = {}) {
      connection.assertOpen();
      return server.questions.question(principal, question, input, timeoutMs);
    },
  };
}

/** The hub is this bus's server: it checks what is passed through as it checks everything. */
function createPassThrough(server: MemoryServer, connection: Connection, principal: Principal): PassThrough {
  return {
    async askUnchecked(verb, input, options = {}) {
      connection.assertOpen();
      return server.intents.ask(principal, verb as Intent, input as IntentInput<Intent>, options);
    },
    async questionUnchecked(question, input, { timeoutMs } = {}) {
      connection.assertOpen();
      return server.questions.question(
        principal,
        question as Question,
        input as QuestionInput<Question>,
        timeoutMs,
      );
    },
  };
}

/** Makes a worker's view of the bus. */
export function createWorkerBus(
  server: MemoryServer,
  connection: Connection,
  worker: Worker,
  instance: string,
): WorkerBus {
  return {
    ...connection,
    ...createAsking(server, connection, worker),
    ...createPassThrough(server, connection, worker),
    ...createWorkerSide(server, connection, worker),
    reach: async () => connection.assertOpen(),
    async watchFeed(onEntry, signal) {
      connection.assertOpen();
      await server.feed.watch(worker, onEntry, connection.until(signal));
    },
    beat: (heartbeat) => server.heartbeats.beat({ part: worker, instance }, heartbeat),
    tell: (entry) => server.feed.tell(worker, entry),
    async serveQuestion(question, handle, signal) {
      connection.assertOpen();
      await server.questions.serve(worker, question, handle, connection.until(signal));
    },
  };
}

/** Makes a person's client's view of the bus. */
export function createClientBus(
  server: MemoryServer,
  connection: Connection,
  principal: Principal,
): ClientBus {
  return {
    ...connection,
    ...createAsking(server, connection, principal),
    async watchFeed(onEntry, signal) {
      connection.assertOpen();
      await server.feed.watch(principal, onEntry, connection.until(signal));
    },
  };
}
