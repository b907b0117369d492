import { DockfraError, toErrorInfo } from "../../bus/kernel/errors.ts";
import { capabilities } from "../../bus/capabilities.ts";
import { principals, type Principal } from "../../bus/messages/principals.ts";
import { checkVersion } from "../../bus/nats/declare.ts";
import { createJetStreamApi } from "../../bus/nats/jetstream-api.ts";
import { declareConsumers, declareStreams } from "../../bus/nats/streams.ts";
import { createSubjects } from "../../bus/subjects.ts";
import type { Invocation } from "../invocation.ts";
import { connectOperator, findBus, type BusPlace } from "../place/connection.ts";
import { prefixOf } from "../place/prefix.ts";
import { resolveRoot } from "../place/root.ts";
import { readExternal } from "../supervisor/external.ts";
import { fromSystem, toSentence } from "../terminal/failure.ts";
import { openWireAs } from "./wire.ts";

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** `bus doctor`: exit code 6 where something is wrong, each with what to do. */
export async function doctor(
  invocation: Invocation<{ readonly servers?: string; readonly creds?: string }>,
): Promise<number> {
  const { screen, options } = invocation;
  const place = await findPlace(invocation);
  const findings: Finding[] = [];
  const look = async (what: string, examine: () => Promise<string>): Promise<void> => {
    const finding = await examine().then(
      (detail) => ({ what, ok: true, detail }),
      (error: unknown) => ({ what, ok: false, detail: toSentence(toErrorInfo(fromSystem(error))) }),
    );
    findings.push(finding);
    if (!screen.json)
      screen.line(
        `${finding.ok ? screen.paint("green", "✓") : screen.paint("red", "✗")} ${what}: ${finding.detail}`,
      );
  };
  for (const principal of principals) await look(`key of ${principal}`, () => tryKey(principal, place));
  await look("server", () => readServer(place));
  await look("streams and consumers", () => readDeclared(place));
  await look("denials", () => tryForbidden(place));
  if (options.servers !== undefined)
    await look("accounts", async () => {
      await readExternal(options, place.prefix);
      return "the server keeps the roles apart";
    });
  await look("orchestrator", async () => {
    await using bus = await connectOperator(place);
    const { parts, deadLetters } = await bus.ask("status.show", {}, { timeoutMs: 3_000 });
    return `answers; ${parts.length} parts are alive, ${deadLetters} dead letters`;
  });
  const ok = findings.every((finding) => finding.ok);
  if (screen.json) screen.data({ ok, ...place, findings });
  return ok ? 0 : 6;
}

async function findPlace(
  invocation: Invocation<{ readonly servers?: string; readonly creds?: string }>,
): Promise<BusPlace> {
  const { servers, creds, prefix, root } = invocation.options;
  if (servers === undefined || creds === undefined) return findBus(invocation);
  return { servers, credsDir: creds, prefix: await prefixOf(await resolveRoot(root), prefix) };
}

async function tryKey(principal: Principal, place: BusPlace): Promise<string> {
  await using wire = await openWireAs(principal, place);
  await wire.flush();
  return "is taken";
}

async function readServer(place: BusPlace): Promise<string> {
  await using wire = await openWireAs("orchestrator", place);
  checkVersion(wire);
  const { version, server_name: name, max_payload: limit } = wire.nc.info ?? {};
  return `nats-server ${version ?? "unknown"}, ${name ?? "unnamed"}, messages up to ${limit ?? 0} bytes`;
}

async function readDeclared(place: BusPlace): Promise<string> {
  await using wire = await openWireAs("orchestrator", place);
  const api = createJetStreamApi(wire);
  const subjects = createSubjects(place.prefix);
  const settings = { replicas: 1, ackWaitMs: 30_000 };
  const operations = [
    ...declareStreams(subjects, settings).map(({ name }) => `STREAM.INFO.${name}`),
    ...declareConsumers(subjects, settings).map(
      ({ stream, config }) => `CONSUMER.INFO.${stream}.${config.durable_name}`,
    ),
  ];
  const answers = await Promise.all(
    operations.map(async (operation) => ({ operation, answer: await api.call(operation) })),
  );
  const missing = answers
    .filter(({ answer }) => !answer.ok)
    .map(({ operation }) => operation.replace(/^[A-Z]+\.INFO\./, ""));
  if (missing.length > 0)
    throw new Error(`missing: ${missing.join(", ")}. An orchestrator makes them: dockfra up`);
  return `all ${operations.length} are there`;
}

/** Asks, as a role, for something that only another principal may: the server itself must refuse. */
async function tryForbidden(place: BusPlace): Promise<string> {
  const subjects = createSubjects(place.prefix);
  const verb = "ticket.approve";
  const forbidden = principals.filter(
    (principal) => principal !== "orchestrator" && !capabilities[principal].intents.includes(verb),
  );
  for (const principal of forbidden) {
    await using wire = await openWireAs(principal, place);
    const answer = await wire
      .request(subjects.intent("operator", verb), "{}", { timeoutMs: 1_000 })
      .catch((error: unknown) => error);
    if (!(answer instanceof DockfraError) || answer.code !== "bus_denied")
      throw new Error(
        `the server let ${principal} ask for ${verb} as the operator. Give it the accounts of: dockfra bus config`,
      );
  }
  return `${forbidden.join(", ")} cannot approve a ticket`;
}
