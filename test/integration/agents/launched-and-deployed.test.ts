import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { expect, test, vi } from "vitest";
import type { CommandInput } from "../../../bus/messages/commands.ts";
import type { JobView, StackAction } from "../../../bus/messages/stack-jobs.ts";
import { createUserRepo, type UserRepo } from "../../agents/user-repo.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { Crew } from "./crew.ts";

const docker = async (...words: readonly string[]): Promise<string> =>
  (await execa("docker", words, { reject: false, stdin: "ignore" })).stdout.trim();

/** What a person launches and what tickets deploy, on one stack. */
async function makeScene() {
  const tag = `b6${randomBytes(3).toString("hex")}`;
  const user = await createUserRepo();
  const compose = (said: string, health = "true"): string => `name: ${tag}
services:
  web:
    build: .
    environment: {SAID: "${said}"}
    stop_grace_period: 0s
    healthcheck: {test: ["CMD-SHELL", "${health}"], interval: 200ms, retries: 2, timeout: 5s}
`;
  const baseCommit = await user.commit({
    "compose.yaml": compose("base"),
    Dockerfile: 'FROM busybox:latest\nCMD ["sleep", "600"]\n',
    "dockfra.yaml": `deploy:\n  ${tag}: {target: compose, url: "http://127.0.0.1:1", health_timeout_s: 20}\n`,
  });
  await user.git("clone", "--quiet", "--bare", user.dir, user.exchange);
  const crew = new Crew(user, {
    stacks: [{ name: tag, repo: "project", dir: user.dir, files: ["compose.yaml"], deployable: true }],
  });
  crew.start("monitor");
  const operator = crew.bus.client("operator");
  await vi.waitFor(() => operator.question("monitor.jobs", {}), { timeout: 30_000 });
  return {
    ...{ tag, crew, user, operator },
    said: () => docker("exec", `${tag}-web-1`, "sh", "-c", "echo $SAID"),
    launchFolder: (said: string) => user.write({ "compose.yaml": compose(said) }),
    /** A ticket's candidate, which is in the exchange alone. */
    propose: async (said: string, health?: string): Promise<CommandInput<"monitor.deploy">> => {
      const commit = await commitAside(user, { "compose.yaml": compose(said, health) });
      const candidate = { repo: "project", baseBranch: "main", baseCommit, commit };
      return { stack: tag, ticket: "T-0001", candidate };
    },
    act: async (action: StackAction): Promise<JobView> => {
      const id = randomBytes(4).toString("hex");
      let job = await operator.question("monitor.act", { id, action, by: "ada" });
      while (job.state === "running") job = await operator.question("monitor.job", { id, waitMs: 1_000 });
      return job;
    },
    async [Symbol.asyncDispose]() {
      await crew[Symbol.asyncDispose]();
      await docker("compose", "--project-name", tag, "down", "--timeout", "0");
      const images = (await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", `${tag}*`)).split(
        "\n",
      );
      await docker("image", "rm", ...images.filter(Boolean));
      await user[Symbol.asyncDispose]();
    },
  };
}

async function commitAside(user: UserRepo, files: Readonly<Record<string, string>>): Promise<string> {
  const place = `${user.top}/aside-${randomBytes(3).toString("hex")}`;
  await user.git("clone", "--quiet", user.exchange, place);
  for (const [path, text] of Object.entries(files)) {
    await user.git("-C", place, "config", "core.autocrlf", "false");
    await execa("tee", [`${place}/${path}`], { input: text });
  }
  await user.git("-C", place, "commit", "--quiet", "--all", "--message", "Change");
  await user.git("-C", place, "push", "--quiet", "origin", "HEAD:refs/heads/dockfra/T-0001", "--force");
  return user.git("-C", place, "rev-parse", "HEAD");
}

describeWithEngine("a stack that is launched and deployed", () => {
  test("goes back to what was launched, and tells a ticket why it failed", { timeout: 180_000 }, async () => {
    await using scene = await makeScene();
    const { tag, crew, operator, said, act } = scene;
    await scene.launchFolder("folder");
    const launched = await act({ do: "launch", stacks: [tag] });
    expect(launched).toMatchObject({
      state: "done",
      result: { release: expect.stringMatching(/^launch\./) },
    });
    const folder = String(launched.result?.["release"]);

    const bad = await scene.propose("bad", "echo no database; exit 1");
    const failed = await crew.done("monitor.deploy", bad, "deploy.one.1.0");
    expect(failed).toMatchObject({ outcome: "restored", error: { code: "health_timeout" } });
    if (failed.outcome === "deployed") return;
    expect(failed.evidence[0]).toMatchObject({
      ...{ passed: false, check: { argv: ["dockfra", "diagnose", tag] } },
      observed: expect.stringMatching(/^web runs, but its health check fails[^]*no database/) as string,
    });
    expect(await said()).toBe("folder");

    const good = await scene.propose("ticket");
    expect(await crew.done("monitor.deploy", good, "deploy.one.2.0")).toMatchObject({ outcome: "deployed" });
    expect(await said()).toBe("ticket");
    expect(await act({ do: "launch", stacks: [tag] })).toMatchObject({
      state: "failed",
      error: { code: "launch_replaces_release", params: { ticket: "T-0001", services: "web" } },
    });
    // the verification of the ticket fails: what ran before is what a person launched
    expect(await crew.done("monitor.restore", good, "deploy.one.3.0")).toMatchObject({ outcome: "deployed" });
    expect(await said()).toBe("folder");
    const again = await act({ do: "rollback", stack: tag, release: "deploy.one.2.0" });
    expect(again.state).toBe("done");
    expect(await act({ do: "rollback", stack: tag, release: folder })).toMatchObject({
      state: "done",
      result: { release: folder, url: "http://127.0.0.1:1" },
    });
    expect(await said()).toBe("folder");
    crew.lanes = [{ stack: tag, state: "trial", ticket: "T-0002", version: 1, queue: [], releases: [] }];
    expect(await act({ do: "launch", stacks: [tag] })).toMatchObject({
      state: "failed",
      error: { code: "deploy_lane_busy" },
    });
    const { releases } = await operator.question("monitor.releases", { stack: tag });
    expect(releases.map(({ id, by, state }) => [id, by, state])).toEqual([
      ["deploy.one.2.0", "T-0001", "kept"],
      ["deploy.one.1.0", "T-0001", "restored"],
      [folder, "ada", "current"],
    ]);
  });
});
