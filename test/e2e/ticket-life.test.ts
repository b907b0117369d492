import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { freePort } from "../../bus/server/ready.ts";
import { identifyProcess } from "../../stacks/processes/process-identity.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject, ticketFile, type Project, type TestRuntime } from "./installation.ts";

async function isGone(pid: number): Promise<void> {
  await expect.poll(() => identifyProcess(pid), { timeout: 15_000 }).toBeUndefined();
}
const sweepMs = 90_000;
const soon = { timeout: 60_000, interval: 500 };

describe("a ticket's life with roles that are processes", () => {
  tellLife("process");
});
describeWithEngine("a ticket's life with roles in containers", () => {
  tellLife("docker");
});

/** The monitor, which sees neither the host's loopback nor the preview's network, has its page and its checks all the same. */
async function openPreview(project: Project): Promise<void> {
  const opened = await project.json("preview", "open", "1");
  expect(opened).toMatchObject({ ok: true, job: { state: "done", result: { url: expect.any(String) } } });
  const { url } = (opened["job"] as { result: { url: string } }).result;
  expect(await (await fetch(url)).text()).toBe("Hello world");
  expect(await project.json("ticket", "show", "1")).toMatchObject({ ticket: { previewUrl: url } });
  expect((await project.cli("ticket", "show", "1")).stdout).toContain("Checks: 2 of 2 pass.");
}

async function expectPreviewGone(project: Project): Promise<void> {
  await expect.poll(() => project.json("preview", "list"), soon).toMatchObject({ ok: true, previews: [] });
  expect((await project.json("ticket", "show", "1"))["ticket"]).not.toHaveProperty("previewUrl");
  const filter = `label=com.docker.compose.project=${project.prefix}-shop-t0001`;
  for (const kind of [
    ["ps", "--all"],
    ["network", "ls"],
    ["volume", "ls"],
  ])
    expect((await execa("docker", [...kind, "--quiet", "--filter", filter])).stdout).toBe("");
}

function tellLife(runtime: TestRuntime): void {
  async function makeRunning(): Promise<Project & { readonly url: string }> {
    const port = await freePort();
    const project = await makeProject(port, { runtime });
    const up = await project.json("up", "--detach");
    expect(up).toMatchObject({ ok: true, root: project.path(), prefix: project.prefix, runtime });
    return { ...project, url: `http://127.0.0.1:${port}/` };
  }

  test("from a file to a verified deploy, by the commands that a person types", async () => {
    await using project = await makeRunning();
    const file = await project.write(
      "ticket.md",
      ticketFile("Greet the world", "Hello there", "Hello world", 'GET / contains "Hello world"'),
    );
    expect(await project.cli("ticket", "create", "--file", file)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("T-0001 created: Greet the world"),
    });
    expect(await project.cli("ticket", "wait", "1", "--for", "approving", "--timeout", "60")).toMatchObject({
      exitCode: 0,
    });
    expect((await project.cli("ticket", "show", "T-0001")).stdout).toContain("dockfra ticket approve T-0001");
    const isPreviewed = runtime === "docker";
    if (isPreviewed) await openPreview(project);
    expect(await project.cli("ticket", "approve", "T-0001")).toMatchObject({ exitCode: 0 });
    const end = await project.cli("ticket", "wait", "T-0001", "--timeout", "60");
    expect(end).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /implemented by the patch engine[\s\S]*verified on the running app \(checks: 1, failed: 0\)[\s\S]*merged into main/,
      ),
    });
    expect(await (await fetch(project.url)).text()).toBe("Hello world");
    expect(
      await project.git("log", "-1", "--format=%(trailers:key=Dockfra-Ticket,valueonly)", "--", "text.js"),
    ).toContain("T-0001");
    expect((await project.cli("bus", "replay", "T-0001")).stdout).toMatch(
      /ticket\.create → open[\s\S]*→ closed/,
    );
    expect(await project.json("deploy", "list")).toMatchObject({
      lanes: [{ stack: "app", state: "idle", current: { ticket: "T-0001" } }],
    });
    expect((await project.cli("log")).stdout).toContain("closed");
    expect(await project.cli("ticket", "approve", "T-0001")).toMatchObject({ exitCode: 4 });
    if (isPreviewed) await expectPreviewGone(project);
  });

  test("failing tests block it with their output, and nothing is merged", async () => {
    await using project = await makeRunning();
    const before = await project.git("rev-parse", "HEAD");
    const file = await project.write("ticket.md", ticketFile("Be rude", "Hello there", "Go away"));
    await project.cli("ticket", "create", "--file", file);
    const end = await project.cli("ticket", "wait", "1", "--timeout", "60");
    expect(end).toMatchObject({ exitCode: 10, stdout: expect.stringContaining("The tests of T-0001 fail") });
    expect(await project.git("rev-parse", "HEAD")).toBe(before);
  });

  test("a patch that does not apply, and a ticket that no engine can take, are blocked with what to add", async () => {
    await using project = await makeRunning();
    const file = await project.write("ticket.md", ticketFile("Miss", "Not there", "x"));
    await project.cli("ticket", "create", "--file", file);
    await project.cli("ticket", "create", "Do something nice");
    expect(await project.cli("ticket", "wait", "1", "--timeout", "60")).toMatchObject({
      exitCode: 10,
      stdout: expect.stringContaining("does not apply"),
    });
    expect(await project.cli("ticket", "wait", "2", "--timeout", "60")).toMatchObject({
      exitCode: 10,
      stdout: expect.stringContaining("```diff"),
    });
  });

  test("a dirty checkout keeps its changes, and the ticket says the command that updates it", async () => {
    await using project = await makeRunning();
    const file = await project.write("ticket.md", ticketFile("Greet", "Hello there", "Hello you"));
    await project.write("app/server.js", "// mine\n");
    await project.cli("ticket", "create", "--file", file, "--autonomy", "autonomous");
    expect(await project.cli("ticket", "wait", "1", "--timeout", "60")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("pull --ff-only"),
    });
    expect(await project.git("status", "--porcelain")).toContain("server.js");
  });

  test("a description of 1 MB is stored, and comes back whole", async () => {
    await using project = await makeRunning();
    const body = `${"word ".repeat(200_000)}end`;
    const file = await project.write("big.md", `# Big\n\n${body}\n`);
    expect(await project.cli("ticket", "create", "--file", file, "--autonomy", "manual")).toMatchObject({
      exitCode: 0,
    });
    const { ticket } = await project.json("ticket", "show", "1");
    expect(ticket).toMatchObject({
      description: { sizeBytes: Buffer.byteLength(body), artifact: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  test(
    "parts that are killed while it is on its way come back, and it still ends right",
    { timeout: 300_000 },
    async () => {
      await using project = await makeRunning();
      const file = await project.write(
        "ticket.md",
        ticketFile("Greet", "Hello there", "Hello again", 'GET / contains "Hello again"'),
      );
      await project.cli("ticket", "create", "--file", file, "--autonomy", "autonomous");
      for (const part of ["developer", "orchestrator", "nats", "monitor", "manager", "autopilot"]) {
        const pid = await project.pidOf(part);
        process.kill(pid, "SIGKILL");
        await expect.poll(() => project.pidOf(part), { timeout: 20_000 }).not.toBe(pid);
      }
      expect(await project.cli("ticket", "wait", "1", "--timeout", String(sweepMs / 1_000))).toMatchObject({
        exitCode: 0,
      });
      expect(await (await fetch(project.url)).text()).toBe("Hello again");
      expect(
        (await project.git("log", "--format=%(trailers:key=Dockfra-Command,valueonly)"))
          .split("\n")
          .filter((line) => line.includes("T-0001")),
      ).toHaveLength(1);
      expect((await project.cli("log", "--limit", "100")).stdout).toContain("killed by SIGKILL");
    },
  );

  test("what was answered survives a kill of everything", { timeout: 300_000 }, async () => {
    await using project = await makeRunning();
    await project.cli("ticket", "create", "Keep me", "--autonomy", "manual");
    const { pid, parts } = await project.installation();
    for (const victim of [pid, ...parts.map((part) => part.pid)]) process.kill(victim, "SIGKILL");
    await isGone(pid);
    expect(await project.cli("status")).toMatchObject({ exitCode: 6 });
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true });
    expect((await project.cli("ticket", "list")).stdout).toContain("Keep me");
  });
}
