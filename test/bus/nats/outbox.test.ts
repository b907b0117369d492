import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { createOutbox } from "../../../bus/nats/outbox.ts";

/** A connection that notes what it is given, and refuses one subject as the client refuses an empty one. */
function begin() {
  const sent: string[] = [];
  let closed = false;
  const publish = (subject: string, body?: unknown): void => {
    if (subject === "bad") throw new Error("no such subject");
    sent.push(`${subject} ${Buffer.from(body as Uint8Array).toString()}`);
  };
  const outbox = createOutbox({ publish, isClosed: () => closed }, silentLogger);
  return { sent, outbox, close: () => void (closed = true) };
}

test("what is published in one turn of the loop goes out together, in its order", async () => {
  const { sent, outbox } = begin();
  outbox.publish("a", "1");
  await Promise.resolve();
  outbox.publish("b", new Uint8Array([50]));
  expect(sent).toEqual([]);
  await turn();
  expect(sent).toEqual(["a 1", "b 2"]);
  outbox.publish("c", "ü");
  await turn();
  expect(sent).toEqual(["a 1", "b 2", "c ü"]);
});

test("a flush hands over at once, and nothing goes out twice", async () => {
  const { sent, outbox } = begin();
  outbox.publish("a", "1");
  outbox.flush();
  expect(sent).toEqual(["a 1"]);
  await turn();
  expect(sent).toEqual(["a 1"]);
});

test("one message that the client refuses does not hold up the others", async () => {
  const { sent, outbox } = begin();
  outbox.publish("a", "1");
  outbox.publish("bad", "2");
  outbox.publish("c", "3");
  await turn();
  expect(sent).toEqual(["a 1", "c 3"]);
});

test("a closed connection is given nothing", async () => {
  const { sent, outbox, close } = begin();
  outbox.publish("a", "1");
  close();
  await turn();
  expect(sent).toEqual([]);
});
