import { DockfraError, toErrorInfo } from "../../bus/kernel/errors.ts";
import { roles } from "../../bus/messages/principals.ts";
import type { IntentAnswer } from "../../bus/messages/intents.ts";
import { isSameProcess } from "../../stacks/processes/process-identity.ts";
import type { Invocation } from "../invocation.ts";
import { connectOperator } from "../place/connection.ts";
import { findInstallation, nothingRuns, type Installation } from "../place/installation.ts";
import { resolveRoot } from "../place/root.ts";
import { warningSentence } from "../supervisor/runtime-summary.ts";
import { toSentence } from "../terminal/failure.ts";
import type { Screen } from "../../terminal/screen.ts";
import { alignRows } from "../../terminal/table.ts";
import { formatAgo } from "../../terminal/time.ts";

/** `status`: exit code 0 where everything runs, 6 where something is missing. */
export async function status(invocation: Invocation<object>): Promise<number> {
  const { options, screen } = invocation;
  const root = await resolveRoot(options.root);
  const found = await findInstallation(root);
  if (!found) {
    if (screen.json) screen.data({ ok: true, running: false, root });
    else screen.line(nothingRuns(root));
    return 6;
  }
  const [answer, containers] = await Promise.all([askStatus(found), lookAtContainers(found)]);
  const parts = found.parts.map((part) => ({ part: part.part, pid: part.pid, alive: isSameProcess(part) }));
  const healthy =
    found.ready &&
    parts.every(({ alive }) => alive) &&
    containers.every(({ alive }) => alive) &&
    "sync" in answer;
  if (screen.json) {
    const { prefix, pid, sinceMs, natsUrl, gatewayUrl, runtime } = found;
    screen.data({
      ok: true,
      running: true,
      healthy,
      root,
      prefix,
      pid,
      sinceMs,
      natsUrl,
      ...(gatewayUrl === undefined ? {} : { gatewayUrl }),
      runtime,
      ...(found.runtimeWarning === undefined ? {} : { runtimeWarning: found.runtimeWarning }),
      parts,
      ...(runtime === "docker" ? { containers } : {}),
      bus: answer,
    });
    return healthy ? 0 : 6;
  }
  for (const line of renderStatus(screen, found, { parts, containers, answer })) screen.line(line);
  return healthy ? 0 : 6;
}

type BusStatus = IntentAnswer<"status.show"> | { readonly error: string };

async function askStatus({ natsUrl, credsDir, prefix }: Installation): Promise<BusStatus> {
  if (natsUrl === undefined || credsDir === undefined) return { error: "the bus is still starting" };
  try {
    await using bus = await connectOperator({ servers: natsUrl, credsDir, prefix });
    return await bus.ask("status.show", {}, { timeoutMs: 3_000 });
  } catch (error) {
    if (!(error instanceof DockfraError)) throw error;
    return { error: toSentence(toErrorInfo(error)) };
  }
}

interface RoleContainer {
  readonly part: string;
  readonly container: string;
  readonly alive: boolean;
  readonly status: string;
}

/** The containers of the roles as the engine knows them; what it does not know is down. */
async function lookAtContainers({ runtime, prefix, root }: Installation): Promise<RoleContainer[]> {
  if (runtime !== "docker") return [];
  const { readContainers } = await import("../containers/ps.ts");
  const { containers, problem } = await readContainers(prefix, root);
  return roles.map((role) => {
    const name = `${prefix}-ssh-${role}`;
    const found = containers.find((container) => container.name === name);
    const how = found?.status ?? problem ?? "it is not there";
    return { part: role, container: name, alive: found?.health === "healthy", status: how };
  });
}

interface Seen {
  readonly parts: readonly { part: string; pid: number; alive: boolean }[];
  readonly containers: readonly RoleContainer[];
  readonly answer: BusStatus;
}

function renderStatus(screen: Screen, found: Installation, { parts, containers, answer }: Seen): string[] {
  const nowMs = Date.now();
  const beats = "parts" in answer ? answer.parts : [];
  const rows = parts.map(({ part, pid, alive }) => {
    const beat = beats.find((seen) => seen.part === part && seen.pid === pid);
    const mark = alive ? screen.paint("green", "●") : screen.paint("red", "○");
    const doing =
      beat && beat.running.length > 0
        ? `at work on ${beat.running.join(", ")}`
        : alive
          ? ""
          : "is being started again";
    return [`${mark} ${part}`, String(pid), doing];
  });
  for (const { part, container, alive, status: how } of containers) {
    const running = beats.find((seen) => seen.part === part)?.running ?? [];
    const doing = running.length > 0 ? `at work on ${running.join(", ")}` : how;
    rows.push([`${alive ? screen.paint("green", "●") : screen.paint("red", "○")} ${part}`, container, doing]);
  }
  const others = beats.filter(
    (beat) =>
      !parts.some(({ pid }) => pid === beat.pid) &&
      !containers.some(({ part }) => part === beat.part && part === beat.instance) &&
      beat.pid !== found.pid,
  );
  const lines = [
    `${screen.paint("bold", found.root)} runs since ${formatAgo(found.sinceMs, nowMs)}: process ${found.pid}, prefix ${found.prefix}, ${found.runtime} runtime`,
    ...alignRows(rows).map((line) => `  ${line}`),
    ...others.map((beat) => `  ${beat.part} ${beat.instance}, seen ${formatAgo(beat.seenAtMs, nowMs)}`),
  ];
  if (found.runtimeWarning) lines.push(`  ${screen.paint("yellow", warningSentence(found.runtimeWarning))}`);
  if (found.gatewayUrl !== undefined)
    lines.push(`  page ${found.gatewayUrl}; a link that signs in: dockfra url`);
  if ("error" in answer) return [...lines, `  ${screen.paint("red", answer.error)}`];
  const tickets = Object.entries(answer.tickets).filter(([, count]) => count > 0);
  return [
    ...lines,
    `  bus ${found.natsUrl ?? ""}, nats-server ${answer.natsVersion}, sync ${answer.sync}`,
    `  tickets: ${tickets.length === 0 ? "none yet" : tickets.map(([state, count]) => `${count} ${state}`).join(", ")}`,
    ...(answer.deadLetters === 0
      ? []
      : [`  ${answer.deadLetters} messages could not be handled; see: dockfra bus dlq list`]),
  ];
}
