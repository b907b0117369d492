import { setTimeout as sleep } from "node:timers/promises";
import { denied, invalidInput } from "../../bus/kernel/errors.ts";
import { toEnvelope } from "../../bus/messages/envelope.ts";
import { intents } from "../../bus/messages/intents.ts";
import type { Principal } from "../../bus/messages/principals.ts";
import type { Invocation } from "../invocation.ts";
import { findBus } from "../place/connection.ts";
import { currentActor } from "../place/operator.ts";
import { readArgument } from "../terminal/input.ts";
import { printable } from "../../terminal/printable.ts";
import { toSubject } from "./subject.ts";
import { openWireAs } from "./wire.ts";

interface AsOptions {
  readonly as: Principal;
}

/** `bus pub`: what the server refuses is said, although a publish has no answer. */
export async function publish(invocation: Invocation<AsOptions>, typed: string, data: string): Promise<void> {
  const { screen, options } = invocation;
  const place = await findBus(invocation);
  const subject = toSubject(typed, options.as, place.prefix);
  const body = await readArgument(data);
  await using wire = await openWireAs(options.as, place);
  const refused = new Promise<string | undefined>((resolve) => {
    void (async () => {
      for await (const status of wire.nc.status())
        if (status.type === "error") return resolve(status.error.message);
      resolve(undefined);
    })();
  });
  wire.publish(subject, body);
  await wire.flush();
  const why = await Promise.race([refused, sleep(100, undefined)]);
  if (why !== undefined) throw busDenied(options.as, subject);
  if (screen.json) screen.data({ ok: true, subject, sizeBytes: Buffer.byteLength(body) });
  else
    screen.line(
      `Published ${Buffer.byteLength(body)} bytes on ${subject}. Whether anybody took it, nobody says.`,
    );
}

/** `bus sub`: prints every message until Ctrl-C, the limit or the time limit. */
export async function subscribe(
  invocation: Invocation<AsOptions & { readonly limit?: number; readonly timeout?: number }>,
  typed: string,
): Promise<void> {
  const { screen, options, signal } = invocation;
  const place = await findBus(invocation);
  const subject = toSubject(typed, options.as, place.prefix);
  await using wire = await openWireAs(options.as, place);
  const subscription = wire.nc.subscribe(subject, options.limit === undefined ? {} : { max: options.limit });
  const end = (): void => subscription.unsubscribe();
  signal.addEventListener("abort", end, { once: true });
  const timer = options.timeout === undefined ? undefined : setTimeout(end, options.timeout * 1_000);
  try {
    for await (const message of subscription) {
      const body = message.string();
      if (screen.json) screen.data({ subject: message.subject, body });
      else screen.line(`${screen.paint("bold", message.subject)}  ${printable(body)}`);
    }
  } catch (error) {
    if (error instanceof Error && error.name === "PermissionViolationError")
      throw busDenied(options.as, subject);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** `bus req`: an intent's name is wrapped and addressed as its client would; any other subject is asked as it is. */
export async function request(
  invocation: Invocation<AsOptions & { readonly timeout: number }>,
  subject: string,
  data: string,
): Promise<number> {
  const { screen, options } = invocation;
  const body = await readArgument(data);
  const place = await findBus(invocation);
  await using wire = await openWireAs(options.as, place);
  const isIntent = Object.hasOwn(intents, subject);
  const address = toSubject(subject, options.as, place.prefix);
  const payload = isIntent
    ? JSON.stringify(toEnvelope(subject, parseData(body), { actor: currentActor() }))
    : body;
  const answer = (await wire.request(address, payload, { timeoutMs: options.timeout * 1_000 })).string();
  if (screen.json) screen.data({ ok: true, subject: address, answer: parseOrText(answer) });
  else screen.line(pretty(answer));
  const refused = isIntent && (parseOrText(answer) as { ok?: boolean }).ok === false;
  return refused ? 4 : 0;
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidInput(
      "data_invalid",
      `The data is no JSON: ${error instanceof Error ? error.message : String(error)}. Write it as '{"id": "T-0001"}'.`,
      {
        params: { why: error instanceof Error ? error.message : String(error) },
        cause: error,
      },
    );
  }
}

function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function pretty(text: string): string {
  const value = parseOrText(text);
  return typeof value === "string" ? printable(value) : JSON.stringify(value, undefined, 2);
}

function busDenied(principal: Principal, subject: string): Error {
  return denied(
    "bus_denied",
    `The bus does not let ${principal} use ${subject}. See: dockfra bus can ${subject} --as ${principal}`,
    {
      params: { principal, subject },
    },
  );
}
