import type { QuestionOutput } from "../../bus/messages/questions.ts";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { findPortHolder, isTaken } from "../../stacks/targets/process/port-holder.ts";

type PortView = QuestionOutput<"host.ports">["ports"][number];

const farthest = 200;

/** Tells of each port whether it is free, who holds it, and a free one above that no other of the asked ones gets. */
export async function lookAtPorts(ports: readonly number[]): Promise<PortView[]> {
  const asked = new Set(ports);
  const taken = await Promise.all([...asked].map(async (port) => ({ port, held: await isTaken(port) })));
  const views: PortView[] = [];
  const given = new Set(asked);
  for (const { port, held } of taken) {
    if (!held) {
      views.push({ port, free: true });
      continue;
    }
    const [holder, nextFree] = [await nameHolder(port), await findFree(port, given)];
    if (nextFree !== undefined) given.add(nextFree);
    views.push({
      port,
      free: false,
      ...(holder === undefined ? {} : { holder }),
      ...(nextFree === undefined ? {} : { nextFree }),
    });
  }
  return views;
}

async function findFree(above: number, given: ReadonlySet<number>): Promise<number | undefined> {
  for (let port = above + 1; port <= Math.min(above + farthest, 65_535); port++)
    if (!given.has(port) && !(await isTaken(port))) return port;
  return undefined;
}

/** Names the container where only the engine's own forwarder is seen. */
async function nameHolder(port: number): Promise<string | undefined> {
  const holder = await findPortHolder(port);
  if (holder !== undefined && !holder.startsWith("docker-proxy")) return holder;
  return (await containerOn(port)) ?? holder;
}

async function containerOn(port: number): Promise<string | undefined> {
  try {
    const run = await runDocker(["ps", "--filter", `publish=${port}`, "--format", "{{.Names}}"], {
      timeoutMs: 5_000,
    });
    const name = run.exitCode === 0 ? run.stdout.split("\n")[0] : undefined;
    return name ? `container ${name}` : undefined;
  } catch {
    // without an engine no container holds it
    return undefined;
  }
}
