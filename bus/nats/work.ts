import { newId } from "../kernel/ids.ts";
import { encode, parseMessage } from "../codec.ts";
import { parseCommand, parseCommandType } from "../command-codec.ts";
import { commands, FlowMessage, ResultMessage } from "../messages/commands.ts";
import { Envelope, toEnvelope } from "../messages/envelope.ts";
import { Worker, workers } from "../messages/principals.ts";
import type { CommandSource, Dispatcher, ResultReporter, ResultSource } from "../ports/work.ts";
import { workerApiPrefix } from "../server/accounts.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import { consume, readJson, type Letter } from "./consume.ts";
import { isInDoubt } from "./faults.ts";
import { refused, toHeaders, type JetStreamApi } from "./jetstream-api.ts";
import { consumerNames } from "./streams.ts";

const publishPatienceMs = 20_000;

/** Publishes into a work queue; a repeat after a lost ack carries the same id, so the stream keeps one. */
async function publish(
  wire: Wire,
  api: JetStreamApi,
  subject: string,
  body: string,
  msgId: string,
): Promise<void> {
  const deadline = Date.now() + publishPatienceMs;
  for (;;) {
    try {
      const result = await api.store(subject, body, toHeaders({ "Nats-Msg-Id": msgId }));
      if (!result.ok) throw refused(subject, result.refusal);
      return;
    } catch (error) {
      if (!isInDoubt(error) || Date.now() >= deadline || wire.nc.isClosed()) throw error;
      await wire.whenUp(Math.max(0, deadline - Date.now()));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * Makes the orchestrator's sending side. A first attempt asks for no ack: the server takes what one connection sends in
 * order, so it has the command before the ack of what led to it, and what a lost connection swallows is repeated anyway.
 * In a cluster a change of leader may swallow it while the connection stays, so there every attempt waits for its ack.
 */
export function createDispatcher(
  wire: Wire,
  api: JetStreamApi,
  subjects: Subjects,
  { replicas }: { readonly replicas: number },
): Dispatcher {
  async function send(subject: string, body: string, id: string, attempt: number): Promise<void> {
    const msgId = `${id}.${attempt}`;
    if (attempt === 0 && replicas === 1 && wire.isUp())
      wire.publish(subject, body, { headers: toHeaders({ "Nats-Msg-Id": msgId }) });
    else await publish(wire, api, subject, body, msgId);
  }
  return {
    async dispatch(message, { attempt, causedBy }) {
      const command = parseCommand(message);
      const body = encode(toEnvelope(command.type, command, { causedBy }), command.type);
      await send(subjects.command(command.type), body, command.id, attempt);
    },
    async send(message, { attempt, causedBy }) {
      const sent = parseMessage(FlowMessage, message, "flow message");
      const body = encode(toEnvelope("flow.send", sent, { causedBy }), "flow message");
      await send(subjects.flowSend, body, sent.id, attempt);
    },
  };
}

/** Makes the orchestrator's receiving side. */
export function createResultSource(
  wire: Wire,
  subjects: Subjects,
  bury: (letter: Letter) => Promise<void>,
): ResultSource {
  const { streams } = subjects;
  const consumer = consumerNames.orchestrator;
  const side = { wire, apiPrefix: "$JS.API", bury };
  return {
    takeResults(options, handle) {
      const queues = workers.map((worker) => ({ stream: streams.done(worker), consumer }));
      const read = (subject: string, body: Uint8Array) => {
        const worker = parseMessage(Worker, subject.split(".")[2], "result");
        const envelope = parseMessage(Envelope, readJson(body, "result"), "result");
        const message = parseMessage(ResultMessage, envelope.data, "result");
        // the output is judged by the orchestrator: a bad one fails its step instead of leaving it waiting
        parseCommandType(message.type, worker);
        return { envelope, message: { ...message, worker } };
      };
      return consume({ ...side, queues, read }, options, handle);
    },
    takeFlowMessages(options, handle) {
      const read = (_subject: string, body: Uint8Array) => {
        const envelope = parseMessage(Envelope, readJson(body, "flow message"), "flow message");
        return { envelope, message: parseMessage(FlowMessage, envelope.data, "flow message") };
      };
      return consume({ ...side, queues: [{ stream: streams.commands, consumer }], read }, options, handle);
    },
  };
}

/** Makes one worker's side: commands in, results out. */
export function createWorkerSide(
  wire: Wire,
  api: JetStreamApi,
  subjects: Subjects,
  worker: Worker,
  bury: (letter: Letter) => Promise<void>,
): CommandSource & ResultReporter {
  return {
    takeCommands(options, handle) {
      const queues = [{ stream: subjects.streams.commands, consumer: consumerNames.worker(worker) }];
      const read = (_subject: string, body: Uint8Array) => {
        const envelope = parseMessage(Envelope, readJson(body, "command"), "command");
        const message = parseCommand(envelope.data);
        parseCommandType(message.type, worker);
        return { envelope, message };
      };
      return consume({ wire, apiPrefix: workerApiPrefix, queues, read, bury }, options, handle);
    },
    async report(result, causedBy) {
      const message = parseMessage(ResultMessage, result, "result");
      const type = parseCommandType(message.type, worker);
      if (message.outcome.ok)
        parseMessage(commands[type].output, message.outcome.output, `output of ${type}`);
      const id = newId();
      const body = encode(toEnvelope(type, message, { id, causedBy }), "result");
      await publish(wire, api, subjects.result(type), body, id);
    },
  };
}
