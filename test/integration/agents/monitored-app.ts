import { vi } from "vitest";
import { readProjectFile } from "../../../stacks/project-file/project-file.ts";
import { selectTarget } from "../../../stacks/targets/select-target.ts";
import { createUserRepo, type UserRepo } from "../../agents/user-repo.ts";
import { freePort } from "../targets/free-port.ts";
import { appSource } from "../targets/sample-app.ts";
import type { Behaviour } from "../targets/target-contract.ts";
import { Crew } from "./crew.ts";

/** A project with one stack, `app`, that runs as a process, and a monitor at work on it. */
export interface MonitoredApp extends AsyncDisposable {
  readonly user: UserRepo;
  readonly crew: Crew;
  readonly url: string;
  /** Commits a version of the app and gives the commit. */
  version(name: string, behaviour?: Behaviour): Promise<string>;
  /** What the app answers now. */
  page(): Promise<string>;
}

/** Makes the project and waits for the monitor's answers. */
export async function openMonitoredApp(): Promise<MonitoredApp> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const user = await createUserRepo();
  await user.commit({
    "dockfra.yaml": [
      "checks: ['GET / contains \"version\"']",
      "deploy:",
      "  app:",
      "    target: process",
      "    command: [node, server.cjs]",
      '    env: { PORT: "{port}" }',
      `    url: ${url}`,
      "    health: /health",
      "    health_timeout_s: 3",
      "",
    ].join("\n"),
  });
  const crew = new Crew(user, {
    stacks: [{ name: "app", repo: "project", dir: user.dir, files: [], deployable: true }],
    checks: [{ kind: "http", path: "/", contains: "version" }],
  });
  crew.start("monitor");
  const operator = crew.bus.client("operator");
  await vi.waitFor(() => operator.question("monitor.commands", {}), { timeout: 20_000 });
  await vi.waitFor(() => operator.question("monitor.jobs", {}), { timeout: 20_000 });
  return {
    user,
    crew,
    url,
    version: (name, behaviour = "good") => user.commit({ "server.cjs": appSource(name, behaviour) }, name),
    page: async () => (await fetch(url)).text(),
    [Symbol.asyncDispose]: async () => {
      const project = (await readProjectFile(user.dir)) ?? { deploy: {} };
      const { target } = selectTarget(project, "app", {
        root: user.dir,
        stateDir: user.stateDir,
        engineAvailable: false,
      });
      await target.stop();
      await crew[Symbol.asyncDispose]();
      await user[Symbol.asyncDispose]();
    },
  };
}
