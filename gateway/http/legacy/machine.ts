import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { GatewayServices } from "../../services.ts";
import { readContainers } from "../../stacks/containers.ts";
import { sentenceOf } from "../../text/sentences.ts";
import { parseWith } from "../body.ts";

const logLines = 100;
const Query = z.object({ all: z.enum(["0", "1", "true", "false"]).optional() });

/** Containers, processes and their logs, as clients of the predecessor read them. */
export function addMachineRoutes(app: FastifyInstance, { bus, startedAtMs }: GatewayServices): void {
  app.get("/containers", ({ query }) => {
    const { all } = parseWith(Query, query);
    return readContainers(bus, { all: all === "1" || all === "true" });
  });

  app.get("/processes", async () => {
    const [containers, { parts }, { runtime }] = await Promise.all([
      readContainers(bus),
      bus.ask("status.show", {}),
      bus.question("host.project", {}),
    ]);
    // a role in a container is in the list as that
    const isContained = (part: string): boolean =>
      runtime === "docker" && containers.some(({ name }) => name.endsWith(`-ssh-${part}`));
    return [
      {
        name: "wizard",
        status: "running",
        details: `process ${process.pid}, since ${new Date(startedAtMs).toISOString()}`,
        type: "process",
      },
      ...parts
        .filter(({ part }) => !isContained(part))
        .map(({ part, instance, pid, running }) => ({
          name: instance === part ? part : `${part} ${instance}`,
          status: "running",
          details: `process ${pid}, ${running.length} commands in work`,
          type: "process",
        })),
      ...containers.map(({ name, status, ports }) => ({
        name,
        status: status.startsWith("Up")
          ? "running"
          : /^(?:Exited|Created|Dead)/.test(status)
            ? "stopped"
            : "unknown",
        details: status,
        type: "container",
        ports,
      })),
    ];
  });

  app.get<{ Params: { container: string } }>("/logs/:container", async ({ params }) => {
    try {
      const { lines } = await bus.question("monitor.logs", {
        name: params.container.slice(0, 200),
        lines: logLines,
      });
      return { ok: true, lines };
    } catch (error) {
      if (error instanceof DockfraError) return { ok: false, lines: [sentenceOf(error.toJSON())] };
      throw error;
    }
  });

  app.get<{ Params: { kind: string; "*"?: string } }>("/ssh-options/:kind", ({ params }) =>
    optionsOf(params.kind),
  );
  app.get<{ Params: { kind: string } }>("/ssh-options/:kind/:role", ({ params }) => optionsOf(params.kind));

  async function optionsOf(kind: string) {
    return { options: await findOptions(kind) };
  }

  async function findOptions(kind: string): Promise<{ value: string; label: string }[]> {
    switch (kind) {
      case "tickets": {
        const { tickets } = await bus.ask("ticket.list", { limit: 200 });
        return tickets.map(({ id, title }) => ({ value: id, label: `${id} ${title}` }));
      }
      case "files": {
        // the gateway sees no files; those that the project's stacks are made of are known
        const { stacks } = await bus.question("monitor.stacks", {});
        const own = stacks.filter(({ source }) => source !== "engine");
        const files = own.flatMap(({ dir, files: names }) => names.map((name) => join(dir, name)));
        return [...new Set(files)].map((path) => ({ value: path, label: path }));
      }
      case "branches":
        return (await bus.question("monitor.detect", { key: "GIT_BRANCH" })).options;
      case "containers": {
        const containers = await readContainers(bus);
        return containers.map(({ name, status }) => ({ value: name, label: `${name} (${status})` }));
      }
      default:
        return [];
    }
  }
}
