import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { GatewayServices } from "../../services.ts";
import { describeEntry } from "../../text/sentences.ts";
import { parseWith } from "../body.ts";
import { toIsoTime } from "./ticket-shape.ts";

const mostLines = 500;

/** How the developer is, and what it can work with. */
export function addDeveloperRoutes(app: FastifyInstance, { bus, feed }: GatewayServices): void {
  app.get("/developer-health", async () => {
    const [{ parts }, { engines }, { value: branch }] = await Promise.all([
      bus.ask("status.show", {}),
      readEngines(),
      bus.question("monitor.detect", { key: "GIT_BRANCH" }),
    ]);
    const part = parts.find((one) => one.part === "developer");
    return {
      ok: part !== undefined,
      container: part ? `process ${part.pid}` : "",
      ssh: false,
      git: branch !== undefined,
      scripts: false,
      engines: Object.fromEntries(engines.map(({ id, ok }) => [id, ok])),
    };
  });

  app.get("/developer-logs", async (request) => {
    const { n = 80 } = parseWith(
      z.object({ n: z.coerce.number<string>().int().min(1).optional() }),
      request.query,
    );
    await feed.ready;
    const items = (await feed.latest(2_000)).filter(({ source }) => source === "developer");
    const lines = items
      .slice(-Math.min(n, mostLines))
      .map((item) => `${toIsoTime(item.atMs)} ${item.flow ?? ""} ${describeEntry(item)}`);
    return { logs: lines.join("\n"), container: "developer" };
  });

  app.get("/engine-status", () => readEngines());

  async function readEngines() {
    const { variables } = await bus.question("monitor.stacks", {});
    const isSet = (name: string): boolean => variables.find((one) => one.name === name)?.isSet ?? false;
    const hasModel = isSet("OPENROUTER_API_KEY") || isSet("LLM_BASE_URL");
    const engines = [
      {
        id: "patch",
        name: "Patch in the ticket",
        ok: true,
        message: "Applies the ```diff block of a ticket.",
      },
      {
        id: "built_in",
        name: "Built-in",
        ok: hasModel,
        message: hasModel
          ? "A model is set."
          : "Set OPENROUTER_API_KEY, or LLM_BASE_URL for a model of your own.",
      },
    ];
    return { engines, preferred: hasModel ? "built_in" : "patch" };
  }
}
