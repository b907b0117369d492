import type { Evidence } from "../../bus/messages/checks.ts";
import { formatCheck } from "../../stacks/checks/check-sentence.ts";
import type { TargetKind } from "../../stacks/project-file/project-schema.ts";
import { printableLine } from "../../terminal/printable.ts";
import type { Screen } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatDuration } from "../../terminal/time.ts";
import { paintState } from "../../agents/shell/ticket-lines.ts";
import type { Story } from "./story.ts";

/** Tells how the tickets went: states with their times, evidence, and whether each ended as it should. */
export function renderSummary(screen: Screen, stories: readonly Story[]): string[] {
  return stories.flatMap(({ ticket, entries, verdict }) => {
    const first = entries[0]?.atMs ?? 0;
    const took = formatDuration((entries.at(-1)?.atMs ?? first) - first);
    const evidence = ticket.evidence.length > 0 ? ticket.evidence : (ticket.blocked?.evidence ?? []);
    const mark =
      verdict.wrong.length === 0
        ? screen.paint("green", "as expected")
        : screen.paint("red", "NOT as expected");
    return [
      `${screen.paint("bold", ticket.id)}  ${paintState(screen, ticket.state)} after ${took}, ${mark}: ${verdict.expected}`,
      `        ${stateTimes(entries)}`,
      ...evidence.map((one) => `        ${renderEvidence(screen, one)}`),
      ...verdict.wrong.map((line) => `        ${screen.paint("red", line)}`),
    ];
  });
}

/** Writes each state that was entered with the time since the beginning: `open 0.0 s → assigned 0.4 s`. */
function stateTimes(entries: Story["entries"]): string {
  const first = entries[0]?.atMs ?? 0;
  const entered = entries.filter((entry, index) => entry.state !== entries[index - 1]?.state);
  return entered.map(({ state, atMs }) => `${state} ${((atMs - first) / 1_000).toFixed(1)} s`).join(" → ");
}

function renderEvidence(screen: Screen, { passed, check, observed }: Evidence): string {
  const mark = passed ? screen.paint("green", "✓") : screen.paint("red", "✗");
  return `${mark} ${printableLine(formatCheck(check), 120)}: ${printableLine(observed, 200)}`;
}

/** Says what the demo did for real on this machine, and what it did not show. */
export function renderHonesty(
  screen: Screen,
  kind: TargetKind,
  runtime: "docker" | "process" = "process",
): string[] {
  const ran =
    kind === "compose"
      ? "containers of the Docker engine that answers here"
      : "a supervised process, because no Docker engine answers here";
  return alignRows([
    [
      screen.paint("bold", "Real"),
      "the bus (nats-server, every write synced), the orchestrator, four roles with their own credentials,",
    ],
    ["", "git branches and merges, the shop's own tests, HTTP checks on the running shop, the restore"],
    [screen.paint("bold", "The shop ran as"), ran],
    [
      screen.paint("bold", "Not shown"),
      [
        ...(kind === "compose" ? [] : ["containers"]),
        ...(runtime === "docker"
          ? []
          : ["isolation of the roles (one user, the broker alone keeps them apart)"]),
        "AI (the tickets carry their patches)",
      ].join(", "),
    ],
  ]);
}
