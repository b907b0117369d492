import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { GatewayServices } from "../../services.ts";
import { createEngineTest } from "../../roles/engine-test.ts";
import { readCommands } from "../../roles/roles.ts";
import { describeEntry } from "../../text/sentences.ts";
import { parseWith } from "../body.ts";
import { toIsoTime } from "./ticket-shape.ts";

const mostLines = 500;

/** How the developer is, and what it can work with. */
export function addDeveloperRoutes(app: FastifyInstance, { bus, feed }: GatewayServices): void {
  const engineTest = createEngineTest(bus);

  app.get("/developer-health", async () => {
    const [{ parts }, { engines }, { value: branch }, { commands }, { sshPorts, runtime }] =
      await Promise.all([
        bus.ask("status.show", {}),
        readEngines(),
        bus.question("monitor.detect", { key: "GIT_BRANCH" }),
        readCommands(bus, "developer"),
        bus.question("host.project", {}),
      ]);
    const part = parts.find((one) => one.part === "developer");
    return {
      ok: part !== undefined,
      container: part ? `${runtime === "docker" ? part.instance : "process"} ${part.pid}` : "",
      ssh: runtime === "docker" && sshPorts?.developer !== undefined,
      git: branch !== undefined,
      scripts: commands.length > 0,
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
    const tested = await engineTest();
    if (tested) return tested;
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
