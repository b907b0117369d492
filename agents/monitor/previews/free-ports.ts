import { createHash } from "node:crypto";
import { unavailable } from "../../../bus/kernel/errors.ts";
import type { QuestionClient } from "../../../bus/ports/intents.ts";

const first = 20_000;
const span = 10_000;
const maxAsked = 200;

/** Finds free ports of this machine for a preview: the same ones again where they are free. @throws `preview_no_ports`, `host_down` */
export async function findFreePorts(
  client: QuestionClient,
  project: string,
  count: number,
): Promise<number[]> {
  if (count === 0) return [];
  const start = createHash("sha256").update(project).digest().readUInt32BE(0) % (span - maxAsked);
  const asked = Array.from({ length: maxAsked }, (_, index) => first + start + index);
  const { ports } = await client.question("host.ports", { ports: asked });
  const free = ports.filter((port) => port.free).map(({ port }) => port);
  if (free.length >= count) return free.slice(0, count);
  throw unavailable(
    "preview_no_ports",
    `There are no ${count} free ports for ${project}. Close another preview.`,
    {
      params: { project, count },
    },
  );
}
