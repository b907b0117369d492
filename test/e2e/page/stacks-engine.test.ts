import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { freePort } from "../../../bus/server/ready.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { enter, expectNothingWrong, visit } from "./browser.ts";
import { runShop } from "./shop.ts";

const project = `dfpage-${randomBytes(3).toString("hex")}`;

const composeFile = (port: number): string => `name: ${project}
services:
  web:
    image: busybox
    command: ["sh", "-c", "mkdir -p /www && echo hello > /www/index.html && echo serving on 80 && exec httpd -f -v -p 80 -h /www"]
    ports: ["127.0.0.1:\${TOYS_PORT:-${port}}:80"]
    healthcheck: { test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1/"], interval: 1s, retries: 20 }
    stop_grace_period: 1s
  ticker:
    image: busybox
    command: ["sh", "-c", "while true; do echo tick \${TICK_WORD:-tock}; sleep 1; done"]
    stop_grace_period: 1s
`;

describeWithEngine("stacks on a real engine", () => {
  test("are launched, watched, read and stopped from the page", async () => {
    const port = await freePort();
    try {
      await using shop = await runShop(async (dir) => {
        await mkdir(join(dir, "toys"));
        await writeFile(join(dir, "toys", "compose.yaml"), composeFile(port));
      });
      await using visitor = await visit();
      const { page } = visitor;
      await enter(visitor, await shop.link());
      await page.goto(new URL(`/stacks/${project}`, page.url()).href);
      const card = page.getByRole("article", { name: project });
      await card.getByText("not running").waitFor();
      await card.getByRole("button", { name: `Launch ${project}` }).click();
      const dialog = page.getByRole("dialog", { name: `Launch ${project}` });
      await dialog.getByText("Nothing stands in the way.").waitFor({ timeout: 60_000 });
      await dialog.getByRole("button", { name: "Launch", exact: true }).click();
      const work = page.getByRole("region", { name: new RegExp(`^Launching ${project}`) });
      await work.getByText("done", { exact: true }).first().waitFor({ timeout: 90_000 });
      await card.getByText("running", { exact: true }).first().waitFor({ timeout: 30_000 });
      await card.getByRole("link", { name: `http://127.0.0.1:${port}` }).waitFor();
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("hello\n");
      await page.getByRole("img", { name: /^Memory of ticker/ }).waitFor({ timeout: 30_000 });
      await page.getByRole("tab", { name: "Logs" }).click();
      const log = page.getByRole("log", { name: `Log of ${project}` });
      await log.getByText("tick tock").nth(3).waitFor({ timeout: 30_000 });
      await page.getByLabel("Service", { exact: true }).selectOption("web");
      await log.getByText("serving on 80").waitFor();
      await log.getByText("tick tock").first().waitFor({ state: "detached" });
      await page.getByRole("tab", { name: "Diagnosis" }).click();
      await page
        .getByRole("tabpanel")
        .getByText(/Nothing is found|at ticker|at web/)
        .first()
        .waitFor({ timeout: 60_000 });
      await card.getByRole("button", { name: `Stop ${project}` }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Stop", exact: true }).click();
      await card.getByText("not running").waitFor({ timeout: 60_000 });
      expectNothingWrong(visitor);
    } finally {
      await execa("docker", ["compose", "--project-name", project, "down", "--volumes", "--timeout", "1"], {
        reject: false,
        cwd: "/",
      });
    }
  }, 240_000);
});
