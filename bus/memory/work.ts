import { CommandMessage, commands, FlowMessage, ResultMessage } from "../messages/commands.ts";
import { toEnvelope, type Envelope } from "../messages/envelope.ts";
import { Worker } from "../messages/principals.ts";
import type { CommandSource, Dispatcher, ResultReporter, ResultSource } from "../ports/work.ts";
import type { Connection } from "./connection.ts";
import type { MemoryServer } from "./server.ts";
import { carry, decode, encode, parseMessage } from "../codec.ts";
import { parseCommand, parseCommandType } from "../command-codec.ts";

/** Makes the orchestrator's sending side. */
export function createDispatcher(server: MemoryServer, connection: Connection): Dispatcher {
  const { subjects, clock } = server;
  return {
    async dispatch(message, { attempt, causedBy }) {
      connection.assertOpen();
      const command = parseCommand(carry(message, "command"));
      const body = encode(toEnvelope(command.type, command, { causedBy, atMs: clock.nowMs() }), command.type);
      server.commands[command.worker].publish(
        subjects.command(command.type),
        body,
        `${command.id}.${attempt}`,
      );
    },
    async send(message, { attempt, causedBy }) {
      connection.assertOpen();
      const sent = parseMessage(FlowMessage, carry(message, "flow message"), "flow message");
      const body = encode(toEnvelope("flow.send", sent, { causedBy, atMs: clock.nowMs() }), "flow message");
      server.commands.orchestrator.publish(subjects.flowSend, body, `${sent.id}.${attempt}`);
    },
  };
}

/** Makes the orchestrator's receiving side. */
export function createResultSource(server: MemoryServer, connection: Connection): ResultSource {
  const { subjects } = server;
  const workerOf = (subject: string): Worker => parseMessage(Worker, subject.split(".")[2], "result");
  return {
    async takeResults(options, handle) {
      connection.assertOpen();
      const reading = {
        queue: server.done,
        streamOf: (subject: string) => subjects.streams.done(workerOf(subject)),
        read: (subject: string, body: string) => {
          const { envelope, message } = decode(body, ResultMessage, "result");
          const worker = workerOf(subject);
          parseCommandType(message.type, worker);
          return { envelope, message: { ...message, worker } };
        },
      };
      await server.consume(reading, { ...options, signal: connection.until(options.signal) }, handle);
    },
    async takeFlowMessages(options, handle) {
      connection.assertOpen();
      const reading = {
        queue: server.commands.orchestrator,
        streamOf: () => subjects.streams.commands,
        read: (_subject: string, body: string) => decode(body, FlowMessage, "flow message"),
      };
      await server.consume(reading, { ...options, signal: connection.until(options.signal) }, handle);
    },
  };
}

/** Makes one worker's side: commands in, results out. */
export function createWorkerSide(
  server: MemoryServer,
  connection: Connection,
  worker: Worker,
): CommandSource & ResultReporter {
  const { subjects, clock } = server;
  return {
    async takeCommands(options, handle) {
      connection.assertOpen();
      const reading = {
        queue: server.commands[worker],
        streamOf: () => subjects.streams.commands,
        read: (_subject: string, body: string) => {
          const { envelope, message } = decode(body, CommandMessage, "command");
          return { envelope, message: parseCommand(message) };
        },
      };
      await server.consume(reading, { ...options, signal: connection.until(options.signal) }, handle);
    },
    async report(result: ResultMessage, causedBy: Envelope) {
      connection.assertOpen();
      const message = parseMessage(ResultMessage, carry(result, "result"), "result");
      const type = parseCommandType(message.type, worker);
      if (message.outcome.ok)
        parseMessage(commands[type].output, message.outcome.output, `output of ${type}`);
      const body = encode(toEnvelope(type, message, { causedBy, atMs: clock.nowMs() }), "result");
      server.done.publish(subjects.result(type), body);
    },
  };
}
