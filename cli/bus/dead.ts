import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { currentActor } from "../place/operator.ts";
import { toSentence } from "../terminal/failure.ts";
import { printableLine } from "../../terminal/printable.ts";
import { formatAgo } from "../../terminal/time.ts";

/** `bus dlq list`. */
export async function listDead(invocation: Invocation<{ readonly limit: number }>): Promise<void> {
  const { screen, options } = invocation;
  const { letters } = await withOperator(invocation, (bus) => bus.ask("dead.list", { limit: options.limit }));
  if (screen.json) return screen.data({ ok: true, letters });
  if (letters.length === 0) return screen.line("No message is dead-lettered.");
  const nowMs = Date.now();
  for (const { seq, subject, error, atMs, bodyHead } of letters) {
    screen.line(
      `${screen.paint("bold", String(seq))}  ${printableLine(subject)}  ${screen.paint("dim", formatAgo(atMs, nowMs))}`,
    );
    screen.line(`   ${printableLine(toSentence(error), 1_000)}`);
    screen.line(screen.paint("dim", `   ${printableLine(bodyHead, 200)}`));
  }
}

/** `bus dlq retry`. */
export async function retryDead(invocation: Invocation<object>, seq: number): Promise<void> {
  await withOperator(invocation, (bus) => bus.ask("dead.retry", { seq }, { actor: currentActor() }));
  report(invocation, seq, "was sent again");
}

/** `bus dlq drop`. */
export async function dropDead(invocation: Invocation<object>, seq: number): Promise<void> {
  await withOperator(invocation, (bus) => bus.ask("dead.drop", { seq }, { actor: currentActor() }));
  report(invocation, seq, "was dropped");
}

function report({ screen }: Invocation<object>, seq: number, what: string): void {
  if (screen.json) screen.data({ ok: true, seq });
  else screen.line(`Message ${seq} ${what}.`);
}
