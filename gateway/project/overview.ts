import { priorities, statusOfState, ticketStatuses, type TicketState } from "../../bus/messages/ticket.ts";
import type { ContainerView, ProjectView } from "../../bus/messages/stack-service.ts";
import type { ClientBus } from "../../bus/ports/bus.ts";

import { readContainers } from "../stacks/containers.ts";

type Asking = Pick<ClientBus, "ask" | "question">;

/** Something to do next, with the action that does it. */
export interface Suggestion {
  readonly icon: string;
  readonly text: string;
  readonly action: string;
}

/** Why a container counts as failing, or nothing where it does not. */
export function failureOf({ status, health }: ContainerView): string | undefined {
  if (status.startsWith("Restarting")) return "It ends and is started again and again.";
  if (health === "unhealthy") return "Its health check fails.";
  const exit = /^Exited \((\d+)\)/.exec(status)?.[1];
  return exit === undefined || exit === "0" ? undefined : `It ended with exit code ${exit}.`;
}

/** Reads how the containers are. */
export async function readContainerHealth(bus: Asking) {
  const containers = await readContainers(bus);
  const findings = containers.flatMap((container) => {
    const finding = failureOf(container);
    if (finding === undefined) return [];
    const { name, status } = container;
    return [
      {
        ...{ container: name, status, finding },
        solutions: [
          { label: `Say why ${name} fails`, value: `fix_container::${name}` },
          { label: `Show the log of ${name}`, value: `logs::${name}` },
          { label: `Restart ${name}`, value: `restart_container::${name}` },
        ],
      },
    ];
  });
  const running = containers.filter(({ status }) => status.startsWith("Up")).length;
  return {
    ok: findings.length === 0,
    running,
    failing: findings.length,
    containers: containers.length,
    findings,
  };
}

/** Reads the numbers of the project. */
export async function readStats(bus: Asking) {
  const [{ tickets: byState }, byPriority, health, project, git] = await Promise.all([
    bus.ask("status.show", {}),
    Promise.all(
      priorities.map(async (priority) => [
        priority,
        (await bus.ask("ticket.list", { priority, limit: 1 })).total,
      ]),
    ),
    readContainerHealth(bus),
    bus.question("monitor.stacks", {}),
    readGit(bus),
  ]);
  const byStatus = Object.fromEntries(ticketStatuses.map((status) => [status, 0]));
  for (const [state, count] of Object.entries(byState)) {
    const status = statusOfState[state as TicketState];
    byStatus[status] = (byStatus[status] ?? 0) + count;
  }
  const total = Object.values(byState).reduce((sum, count) => sum + count, 0);
  return {
    tickets: {
      total,
      by_status: byStatus,
      by_priority: Object.fromEntries(byPriority) as Record<string, number>,
    },
    containers: { total: health.containers, running: health.running, failing: health.failing },
    git,
    // none of them can be connected yet
    integrations: { github: false, jira: false, trello: false, linear: false },
    suggestions: suggest(project, byState, total),
  };
}

async function readGit(bus: Asking) {
  const [branch, today, last] = await Promise.all(
    ["GIT_BRANCH", "GIT_COMMITS_TODAY", "GIT_LAST_COMMIT"].map((key) =>
      bus.question("monitor.detect", { key }),
    ),
  );
  return {
    branch: branch?.value ?? "",
    commits_today: Number(today?.value ?? 0),
    last_commit: last?.value ?? "",
  };
}

/** What a person could do next, most pressing first. */
export function suggest(
  { stacks, findings }: ProjectView,
  byState: Readonly<Record<string, number>>,
  total: number,
): Suggestion[] {
  const lacking = stacks.find(({ missing }) => missing.length > 0);
  const waiting = byState["approving"] ?? 0;
  const blocked = byState["blocked"] ?? 0;
  return [
    ...(lacking
      ? [
          {
            icon: "⚠️",
            text: `${lacking.name} needs ${lacking.missing.join(", ")}`,
            action: `show_missing_env::${lacking.name}`,
          },
        ]
      : []),
    ...(waiting > 0
      ? [{ icon: "✅", text: `${waiting} tickets wait for your approval`, action: "tickets_review" }]
      : []),
    ...(blocked > 0 ? [{ icon: "⛔", text: `Blocked tickets: ${blocked}`, action: "tickets_review" }] : []),
    ...findings
      .filter(({ code }) => code === "port_in_use")
      .slice(0, 3)
      .map(({ message }) => ({ icon: "🔌", text: message, action: "status" })),
    ...(total === 0
      ? [{ icon: "🎫", text: "Hand in the first ticket", action: "ticket_create_wizard" }]
      : []),
  ];
}
