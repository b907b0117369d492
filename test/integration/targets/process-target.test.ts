import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createProcessTarget } from "../../../stacks/targets/process/process-target.ts";
import { freePort } from "./free-port.ts";
import { writeApp } from "./sample-app.ts";
import { describeTarget, type TargetHarness } from "./target-contract.ts";

describeTarget("the process target", {
  createHarness: createProcessHarness,
  zeroDowntime: true,
  timeoutMs: 60_000,
});

async function createProcessHarness(root: string): Promise<TargetHarness> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const createTarget: TargetHarness["createTarget"] = () =>
    createProcessTarget({
      stack: "shop",
      dir: join(root, "dockfra", "targets", "shop"),
      spec: {
        url,
        command: [process.execPath, "server.cjs"],
        env: { PORT: "{port}", APP_VERSION: "{commit}" },
        health: "/health",
        healthTimeoutMs: 2_000,
        dir: ".",
      },
    });
  return {
    stack: "shop",
    url,
    createTarget,
    writeRelease: writeApp,
    killApp: async () => {
      process.kill(Number(await (await fetch(`${url}/pid`)).text()), "SIGKILL");
    },
    close: async () => {
      await createTarget().stop();
      const state: unknown = JSON.parse(readFileSync(join(root, "dockfra/targets/shop/runner.json"), "utf8"));
      if (JSON.stringify(state).includes('"stopped":false')) throw new Error("The stack was not stopped.");
    },
  };
}
