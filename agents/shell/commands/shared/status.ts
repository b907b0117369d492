import type { RunCommand } from "../../command.ts";
import { alignRows } from "../../../../terminal/table.ts";
import { formatAgo } from "../../../../terminal/time.ts";

/** `status`: parts, tickets, stacks. */
export const status: RunCommand = async ({ door, screen }) => {
  const [answer, { lanes }] = await Promise.all([door.ask("status.show", {}), door.ask("deploy.list", {})]);
  if (screen.json) return screen.data({ ok: true, ...answer, lanes });
  const nowMs = Date.now();
  const parts = answer.parts.map(({ part, instance, running, seenAtMs }) => [
    `  ${screen.paint("green", "●")} ${part}`,
    instance,
    running.length === 0 ? `seen ${formatAgo(seenAtMs, nowMs)}` : `at work on ${running.join(", ")}`,
  ]);
  const tickets = Object.entries(answer.tickets).filter(([, count]) => count > 0);
  const stacks = lanes.map(({ stack, state, current, ticket }) => [
    `  ${screen.paint("bold", stack)}`,
    ticket === undefined ? state : `${state} ${ticket}`,
    current?.url ?? "no release yet",
  ]);
  screen.line(
    `Runs since ${formatAgo(answer.sinceMs, nowMs)}, nats-server ${answer.natsVersion}, sync ${answer.sync}`,
  );
  for (const line of alignRows(parts)) screen.line(line);
  screen.line(
    `  tickets: ${tickets.length === 0 ? "none yet" : tickets.map(([state, count]) => `${count} ${state}`).join(", ")}`,
  );
  for (const line of alignRows(stacks)) screen.line(line);
  if (answer.deadLetters > 0) screen.line(`  ${answer.deadLetters} messages could not be handled`);
};
