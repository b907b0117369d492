import { silentLogger } from "../../../bus/kernel/log.ts";
import type { ProjectFacts } from "../../../bus/messages/questions.ts";
import { roles } from "../../../bus/messages/principals.ts";
import { serveStackService } from "../../../agents/monitor/stack-service/serve.ts";
import { serveMachine } from "../../../cli/host/machine.ts";
import { createServices, type GatewayOptions } from "../../../gateway/main.ts";
import type { GatewayServices } from "../../../gateway/services.ts";
import { createHouse, type House } from "../../orchestrator/support/house.ts";
import type { Script } from "../../orchestrator/support/scripted-crew.ts";
import { createScriptedMonitor, type ScriptedMonitor } from "./scripted-monitor.ts";
import { createScriptedShells, type ScriptedShells } from "./scripted-shells.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

export const secretValue = "s3cret-value-never-sent";

/** A project with a stack, a crew of scripts, an orchestrator and the monitor's stack service, on the memory bus. */
export interface TestProject extends AsyncDisposable {
  readonly house: House;
  readonly scratch: Scratch;
  readonly options: Omit<GatewayOptions, "port">;
  /** What the host answers; a test may change it. */
  readonly facts: { -readonly [K in keyof ProjectFacts]: ProjectFacts[K] };
  readonly shells: ScriptedShells;
  /** What the monitor tells of stacks that run, and does with them. */
  readonly monitor: ScriptedMonitor;
  services(change?: Partial<GatewayOptions>): GatewayServices;
}

/** Makes such a project; all of it ends with the scope. */
export async function makeGatewayProject({
  script = {},
}: { readonly script?: Script } = {}): Promise<TestProject> {
  const scratch = await makeScratch();
  const house = await createHouse({ script });
  const end = new AbortController();
  await scratch.write(
    "docker-compose.yml",
    [
      "name: web",
      "services:",
      "  web:",
      "    image: nginx:${NGINX_VERSION:-1.27}",
      '    ports: ["127.0.0.1:${WEB_PORT:-18099}:80"]',
      "    environment:",
      "      DB_PASSWORD: ${DB_PASSWORD:?set it}",
      "",
    ].join("\n"),
  );
  await scratch.write(
    "dockfra.yaml",
    "lang: en\nenv:\n  WEB_PORT: { label: Port, group: Web, type: port }\n",
  );
  await scratch.write("dockfra/.env", `# mine\nDB_PASSWORD=${secretValue}\n`);
  const stateDir = scratch.path("dockfra");
  const facts: ProjectFacts = {
    root: scratch.dir,
    runtime: "process",
    repos: [],
    stacks: [],
    checks: [],
    problems: [],
  };
  const host = house.bus.worker("host", "host-facts");
  const stackService = house.bus.worker("monitor", "monitor-facts");
  const monitor = createScriptedMonitor();
  const shells = createScriptedShells();
  const serving = Promise.all([
    ...roles.map((role) => shells.serve(role, house.bus.worker(role, `${role}-shell`), end.signal)),
    host.serveQuestion("host.project", () => Promise.resolve(facts), end.signal),
    serveMachine({ bus: host, root: scratch.dir, stateDir, signal: end.signal }),
    serveStackService({ bus: stackService, root: scratch.dir, stateDir, signal: end.signal }),
  ]);
  const client = house.bus.client("gateway");
  const options = {
    bus: { ...client, ...monitor.over(client) },
    stateDir,
    log: silentLogger,
    signal: end.signal,
    auth: "token",
    owner: "ada",
    pagesDir: scratch.path("pages"),
  } as const;
  await scratch.write("pages/index.html", "<!doctype html><title>Dockfra</title>");
  await scratch.write("pages/assets/app-1a2b3c.js", "export {};");
  return {
    house,
    scratch,
    options,
    facts,
    shells,
    monitor,
    services: (change = {}) => createServices({ ...options, ...change }, () => 5050),
    async [Symbol.asyncDispose]() {
      end.abort();
      await serving;
      await house[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}
