import type { PreviewView } from "../../bus/messages/stack-watch.ts";
import type { Invocation } from "../invocation.ts";
import { withOperator } from "../place/connection.ts";
import { parseTicketId } from "../place/operator.ts";
import { printableLine } from "../../terminal/printable.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatDuration } from "../../terminal/time.ts";
import { act } from "./act.ts";

/** `preview list`. */
export async function listPreviews(invocation: Invocation<object>): Promise<void> {
  const { screen } = invocation;
  const answer = await withOperator(invocation, (bus) => bus.question("monitor.previews", {}));
  if (screen.json) return screen.data({ ok: true, ...answer });
  for (const line of toPreviewTable(answer.previews, Date.now())) screen.line(line);
}

/** `preview open TICKET`: exit code 0 where it runs; how its checks went is a comment on the ticket. */
export async function openPreview(
  invocation: Invocation<{ readonly detach?: boolean }>,
  ticket: string,
): Promise<number> {
  const { detach = false } = invocation.options;
  return act(invocation, { do: "preview-open", ticket: parseTicketId(ticket) }, { detach });
}

/** `preview close TICKET`. @throws `preview_not_found` */
export async function closePreview(invocation: Invocation<object>, ticket: string): Promise<number> {
  return act(invocation, { do: "preview-close", ticket: parseTicketId(ticket) });
}

/** A line for each preview: ticket, state, URL or why it failed, when it closes. */
export function toPreviewTable(previews: readonly PreviewView[], nowMs: number): string[] {
  if (previews.length === 0) return ["No preview is open. Open one: dockfra preview open T-0001"];
  return alignRows(
    previews.map(({ ticket, stack, state, url, reason, commit, expiresAtMs }) => [
      ...[ticket, stack, state, commit.slice(0, 10)],
      state === "failed" ? printableLine(reason ?? "") : (url ?? "no published port"),
      state === "running" ? `closes in ${formatDuration(Math.max(0, expiresAtMs - nowMs))}` : "",
    ]),
  );
}
