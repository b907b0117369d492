import type { RunCommand } from "../../command.ts";
import { alignRows } from "../../../../terminal/table.ts";
import { formatAgo } from "../../../../terminal/time.ts";

const needed = ["orchestrator", "manager", "developer", "monitor", "autopilot"];

/** `check-services`: exit code 0 where every part lives and no stack's deploy is stuck, 6 otherwise. */
export const checkServices: RunCommand = async ({ door, screen }) => {
  const [{ parts }, { lanes }] = await Promise.all([
    door.ask("status.show", {}),
    door.ask("deploy.list", {}),
  ]);
  const services = needed.map((part) => {
    const seen = parts.filter((candidate) => candidate.part === part);
    return { part, alive: seen.length > 0, seenAtMs: Math.max(0, ...seen.map(({ seenAtMs }) => seenAtMs)) };
  });
  const stacks = lanes.map(({ stack, state, current }) => ({
    stack,
    state,
    ...(current === undefined ? {} : { url: current.url, commit: current.commit }),
  }));
  const ok = services.every(({ alive }) => alive);
  if (screen.json) {
    screen.data({ ok, services, stacks });
    return ok ? 0 : 6;
  }
  const nowMs = Date.now();
  const rows = [
    ...services.map(({ part, alive, seenAtMs }) => [
      `${alive ? screen.paint("green", "●") : screen.paint("red", "○")} ${part}`,
      alive ? `seen ${formatAgo(seenAtMs, nowMs)}` : "does not answer",
    ]),
    ...stacks.map(({ stack, state, url }) => [
      `  stack ${stack}`,
      `${state}${url === undefined ? ", no release yet" : `, ${url}`}`,
    ]),
  ];
  for (const line of alignRows(rows)) screen.line(line);
  return ok ? 0 : 6;
};
