import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatAgo } from "../../terminal/time.ts";

/** `deploy list`. */
export async function listDeploys(invocation: Invocation<object>): Promise<void> {
  const { screen } = invocation;
  const answer = await withOperator(invocation, (bus) => bus.ask("deploy.list", {}));
  if (screen.json) return screen.data({ ok: true, ...answer });
  if (answer.lanes.length === 0) return screen.line("Nothing was deployed yet.");
  const nowMs = Date.now();
  const rows = answer.lanes.map(({ stack, state, current, ticket, queue }) => [
    screen.paint("bold", stack),
    ticket === undefined ? state : `${state} ${ticket}`,
    current === undefined
      ? "no release yet"
      : `${current.commit.slice(0, 10)} by ${current.ticket ?? "the first start"}, ${formatAgo(current.atMs, nowMs)}`,
    current?.url ?? "",
    queue.length === 0 ? "" : `then ${queue.join(", ")}`,
  ]);
  for (const line of alignRows(rows)) screen.line(line);
}
