import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { randomBytes } from "node:crypto";
import { freePort } from "../../bus/server/ready.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject } from "./installation.ts";

const sleeper = 'image: busybox:latest\n    command: ["sleep", "600"]\n    stop_grace_period: 0s';
const check = (command: string, retries = 900) =>
  `healthcheck: {test: ["CMD-SHELL", "${command}"], interval: 300ms, retries: ${retries}}`;

describeWithEngine("launch from the command line", () => {
  test("follows a launch to its end, and knows after a kill of the monitor that it was cut off", async () => {
    await using project = await makeProject(await freePort());
    const tag = `e5${randomBytes(3).toString("hex")}`;
    const file = (command: string, retries?: number) =>
      project.write(
        "app/web/compose.yml",
        `name: ${tag}\nservices:\n  web:\n    ${sleeper}\n    ${check(command, retries)}\n`,
      );
    try {
      await file("true");
      expect((await project.cli("up", "--detach")).exitCode).toBe(0);
      const launched = await project.cli("launch", tag);
      expect(launched.stdout).toContain(`${tag}/web  healthy`);
      expect(launched.exitCode).toBe(0);
      await file("false");
      expect(await project.json("launch", tag, "--detach")).toMatchObject({
        ok: true,
        job: { state: "running" },
      });
      await sleep(3_000);
      const monitor = await project.pidOf("monitor");
      process.kill(monitor, "SIGKILL");
      await expect
        .poll(() => newestJob(project), { timeout: 30_000 })
        .toMatchObject({
          state: "failed",
          error: { code: "job_cut_off" },
        });
      await file("true");
      const again = await project.cli("launch", tag);
      expect(again.exitCode).toBe(0);
      await file("echo no database; exit 1", 2);
      const failed = await project.cli("launch", tag);
      expect(failed.exitCode).toBe(2);
      expect(failed.stderr).toContain("web runs, but its health check fails");
      expect(failed.stderr).toContain("no database");
      expect(failed.stderr).toMatch(/dockfra fix fix-[0-9a-f]+ {2}Start web again/);
      expect(failed.stderr).toContain(`dockfra rollback ${tag}  Put back what ran before`);
      expect((await project.cli("rollback", tag)).exitCode).toBe(0);
      expect((await project.cli("releases", tag)).stdout).toMatch(
        /launch\.\w+ +failed +folder.*\n(?:launch\.\w+ +kept.*\n)*launch\.\w+ +current +folder/,
      );
      expect((await project.cli("stop", tag)).exitCode).toBe(0);
      const { stdout } = await execa("docker", ["ps", "-q", "--filter", `name=${tag}`]);
      expect(stdout).toBe("");
      expect((await project.cli("launch", "nothing")).exitCode).toBe(3);
    } finally {
      await execa("docker", ["compose", "--project-name", tag, "down", "--timeout", "0"], { reject: false });
      const { stdout } = await execa("docker", [
        "image",
        "ls",
        "--format",
        "{{.Repository}}:{{.Tag}}",
        `${tag}*`,
      ]);
      await execa("docker", ["image", "rm", ...stdout.split("\n").filter(Boolean)], { reject: false });
    }
  });
});

async function newestJob({
  json,
}: {
  readonly json: (...args: string[]) => Promise<Record<string, unknown>>;
}) {
  const { jobs } = await json("jobs");
  return Array.isArray(jobs) ? (jobs[0] as unknown) : undefined;
}
