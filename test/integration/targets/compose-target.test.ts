import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { execa } from "execa";
import { createComposeTarget } from "../../../stacks/targets/compose/compose-target.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { freePort } from "./free-port.ts";
import { writeApp } from "./sample-app.ts";
import { describeTarget, type Behaviour, type TargetHarness } from "./target-contract.ts";

describeWithEngine("on a Docker engine", () => {
  describeTarget("the compose target", {
    createHarness: createComposeHarness,
    zeroDowntime: false,
    timeoutMs: 180_000,
  });
});

async function createComposeHarness(root: string): Promise<TargetHarness> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const project = basename(root)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "");
  const createTarget: TargetHarness["createTarget"] = () =>
    createComposeTarget({
      stack: "shop",
      dir: join(root, "dockfra", "targets", "shop"),
      spec: {
        project,
        ownDir: root,
        releaseSubDir: ".",
        url,
        health: "/health",
        healthTimeoutMs: 6_000,
        envFiles: [],
      },
    });
  return {
    stack: "shop",
    url,
    createTarget,
    writeRelease: async (dir, name, behaviour) => {
      await writeApp(dir, name, behaviour);
      writeComposeFiles(dir, port, behaviour);
    },
    killApp: async () => {
      await fetch(`${url}/crash`).catch(() => undefined);
    },
    close: async () => {
      await execa("docker", ["compose", "-p", project, "down", "--volumes", "--timeout", "1"], {
        stdin: "ignore",
      });
      const images = await execa("docker", [
        "images",
        "--format",
        "{{.Repository}}:{{.Tag}}",
        `${project}-*`,
      ]);
      if (images.stdout !== "")
        await execa("docker", ["image", "rm", "--force", ...images.stdout.split("\n")]);
    },
  };
}

function writeComposeFiles(dir: string, port: number, behaviour: Behaviour): void {
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, "Dockerfile"),
    'FROM node:24-bookworm-slim\nCOPY server.cjs /\nCMD ["node", "/server.cjs"]\n',
  );
  const probe = `fetch("http://127.0.0.1:80/health").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  const compose = {
    services: {
      web: {
        build: ".",
        init: true,
        restart: behaviour === "crashing" ? "no" : "on-failure",
        stop_grace_period: "1s",
        environment: { PORT: "80", HOST: "0.0.0.0" },
        ports: [`127.0.0.1:${port}:80`],
        healthcheck: { test: ["CMD", "node", "-e", probe], interval: "500ms", timeout: "1s", retries: 4 },
      },
    },
  };
  writeFileSync(join(dir, "compose.yaml"), JSON.stringify(compose));
}
