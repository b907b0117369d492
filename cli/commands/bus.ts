import { Option, type Command } from "commander";
import { attach } from "../invocation.ts";
import { parseCount, parseSeconds, parseSequence } from "./values.ts";

const principalNames = [
  "operator",
  "manager",
  "developer",
  "monitor",
  "autopilot",
  "host",
  "gateway",
  "orchestrator",
];

/** `bus …`: look at the bus, and speak on it as any principal whose key this user can read. */
export function addBusCommands(program: Command): void {
  const bus = program.command("bus").description("look at the bus, and speak on it");
  attach(
    withAs(bus.command("whoami").description("who this is on the bus, and what it may do")),
    async () => (await import("../bus/identity.ts")).whoami,
  );
  attach(
    withAs(
      bus
        .command("can")
        .description("whether a principal may publish or subscribe to a subject")
        .argument("<subject>", "in full, without the prefix, or a name such as ticket.approve"),
    ),
    async () => (await import("../bus/identity.ts")).can,
  );
  attach(
    withAs(
      bus
        .command("pub")
        .description("publish a message")
        .argument("<subject>", "in full, or without the prefix")
        .argument("[data]", "the body, or - for stdin", ""),
    ),
    async () => (await import("../bus/messages.ts")).publish,
  );
  attach(
    withAs(bus.command("sub").description("print what is published on a subject").argument("<subject>"))
      .option("--limit <n>", "end after so many", parseCount)
      .option("--timeout <seconds>", "end after so long", parseSeconds),
    async () => (await import("../bus/messages.ts")).subscribe,
  );
  attach(
    withAs(
      bus
        .command("req")
        .description("ask, and print the answer; an intent's name such as ticket.list will do")
        .argument("<subject>")
        .argument("[data]", "JSON, or - for stdin", "{}"),
    ).option("--timeout <seconds>", "how long to wait", parseSeconds, 10),
    async () => (await import("../bus/messages.ts")).request,
  );
  attach(
    bus.command("streams").description("streams with size and settings"),
    async () => (await import("../bus/streams.ts")).streams,
  );
  attach(
    bus
      .command("consumers")
      .description("consumers with what waits and what is in work")
      .argument("[stream]"),
    async () => (await import("../bus/streams.ts")).consumers,
  );
  attach(
    bus
      .command("tail")
      .description("follow the feed, raw")
      .option("--limit <n>", "end after so many", parseCount),
    async () => (await import("../bus/tail.ts")).tail,
  );
  attach(
    bus
      .command("replay")
      .description("a flow's whole story, event by event")
      .argument("<id>", "a ticket (T-0001) or deploy/<stack>"),
    async () => (await import("../bus/replay.ts")).replay,
  );
  const dead = bus.command("dlq").description("messages that nobody could handle");
  attach(
    dead
      .command("list", { isDefault: true })
      .description("each with why")
      .option("--limit <n>", "how many at most", parseCount, 100),
    async () => (await import("../bus/dead.ts")).listDead,
  );
  attach(
    dead.command("retry").description("send one again").argument("<seq>", "its number", parseSequence),
    async () => (await import("../bus/dead.ts")).retryDead,
  );
  attach(
    dead.command("drop").description("give one up").argument("<seq>", "its number", parseSequence),
    async () => (await import("../bus/dead.ts")).dropDead,
  );
  attach(
    bus
      .command("config")
      .description("the accounts that a NATS server of yours needs")
      .option("--creds <dir>", "write one credential per principal there"),
    async () => (await import("../bus/config.ts")).config,
  );
  attach(
    bus
      .command("doctor")
      .description("look for what is wrong with the bus")
      .option("--servers <url>", "a NATS server of yours")
      .option("--creds <dir>", "its credentials"),
    async () => (await import("../bus/doctor.ts")).doctor,
  );
}

function withAs(command: Command): Command {
  return command.addOption(
    new Option("--as <principal>", "who speaks").choices(principalNames).default("operator"),
  );
}
