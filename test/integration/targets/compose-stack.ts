import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import type { ComposeTargetOptions } from "../../../stacks/targets/compose/compose-target.ts";
import { createComposeTarget } from "../../../stacks/targets/compose/compose-target.ts";
import type { ReleaseRef, Target } from "../../../stacks/targets/target.ts";
import { freePort } from "./free-port.ts";
import { appSource } from "./sample-app.ts";
import type { Behaviour } from "./target-contract.ts";

/** A stack of a user's on the real engine, under a name of its own. */
export interface ComposeStack {
  readonly root: string;
  readonly project: string;
  readonly port: number;
  readonly url: string;
  readonly options: ComposeTargetOptions;
  createTarget(spec?: Partial<ComposeTargetOptions["spec"]>): Target;
  /** Writes the tree of a release whose app says `version <name>`. */
  writeRelease(name: string, services: object, behaviour?: Behaviour, more?: object): ReleaseRef;
  docker(...args: string[]): Promise<string>;
  get(path?: string): Promise<string>;
  /** Ids of a service's containers, also of those that do not run. */
  containers(service: string): Promise<string[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const nodeImage = "node:24-bookworm-slim";

/** A service that answers with its release's version; `ports` leads to it where a port is given. */
export function webService(port?: number): Record<string, unknown> {
  const probe = `fetch("http://127.0.0.1:80/health").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  return {
    build: ".",
    init: true,
    stop_grace_period: "5s",
    environment: { PORT: "80", HOST: "0.0.0.0" },
    ...(port === undefined ? {} : { ports: [`127.0.0.1:${port}:80`] }),
    healthcheck: { test: ["CMD", "node", "-e", probe], interval: "500ms", timeout: "10s", retries: 4 },
  };
}

/** Makes a place for a stack, and takes away what it leaves on the engine. */
export async function makeComposeStack(): Promise<ComposeStack> {
  const root = await mkdtemp(join(tmpdir(), "dockfra-stack-"));
  const project = basename(root)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const docker = async (...args: string[]): Promise<string> =>
    (await execa("docker", args, { stdin: "ignore" })).stdout;
  const options: ComposeTargetOptions = {
    stack: "shop",
    dir: join(root, "dockfra", "targets", "shop"),
    spec: {
      ...{ project, url, ownDir: root, root, releaseSubDir: ".", health: "/health", healthTimeoutMs: 40_000 },
      envFiles: [join(root, ".env")],
    },
  };
  const lines = (text: string): string[] => text.split("\n").filter(Boolean);
  return {
    ...{ root, project, port, url, options, docker },
    createTarget: (spec) => createComposeTarget({ ...options, spec: { ...options.spec, ...spec } }),
    writeRelease: (name, services, behaviour = "good", more = {}) => {
      const dir = join(root, "dockfra", "releases", "shop", name);
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, "server.cjs"), appSource(name, behaviour));
      writeFileSync(
        join(dir, "Dockerfile"),
        `FROM ${nodeImage}\nCOPY server.cjs /\nCMD ["node", "/server.cjs"]\n`,
      );
      writeFileSync(join(dir, "compose.yaml"), JSON.stringify({ services, ...more }));
      const commit = Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40);
      return { stack: "shop", commit, dir, releaseId: name };
    },
    get: async (path = "/") =>
      (
        await fetch(url + path, { headers: { connection: "close" }, signal: AbortSignal.timeout(5_000) })
      ).text(),
    containers: async (service) =>
      lines(
        await docker(
          ...["ps", "--all", "--quiet", "--filter", `label=com.docker.compose.project=${project}`],
          ...["--filter", `label=com.docker.compose.service=${service}`],
        ),
      ),
    async [Symbol.asyncDispose]() {
      try {
        await docker("compose", "-p", project, "down", "--volumes", "--remove-orphans", "--timeout", "1");
        const images = await docker("images", "--format", "{{.Repository}}:{{.Tag}}", `${project}-*`);
        if (images !== "") await docker("image", "rm", "--force", ...lines(images));
      } finally {
        await rm(root, { recursive: true, force: true });
      }
    },
  };
}
