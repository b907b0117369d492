import { mkdir, open, rm } from "node:fs/promises";
import { execa } from "execa";
import { expect, test } from "vitest";
import { freePort } from "../../bus/server/ready.ts";
import { makeProject } from "./installation.ts";

const mayMount = process.getuid?.() === 0 && process.platform === "linux";
const why = mayMount ? "" : " (skipped: only root on Linux can mount a small disk)";
const chunk = Buffer.alloc(1024 * 1024);

async function fill(path: string): Promise<void> {
  await using file = await open(path, "w");
  try {
    for (;;) await file.write(chunk);
  } catch (error) {
    expect(error).toMatchObject({ code: "ENOSPC" });
  }
}

test.skipIf(!mayMount)(
  `a full disk refuses at once, loses nothing, and the crew goes on when there is room${why}`,
  { timeout: 90_000 },
  async () => {
    await using project = await makeProject(await freePort());
    const stateDir = project.path("dockfra");
    await mkdir(stateDir, { mode: 0o700 });
    await execa("mount", ["-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs", stateDir]);
    await using disk = new AsyncDisposableStack();
    disk.defer(async () => void (await execa("umount", ["-l", stateDir])));
    expect(await project.json("up", "--detach")).toMatchObject({ ok: true });
    expect(await project.json("ticket", "create", "Before")).toMatchObject({ ok: true });

    const ballast = project.path("dockfra/ballast");
    await fill(ballast);
    const refused = await project.json("ticket", "create", "While it is full");
    expect(refused).toMatchObject({ ok: false, error: { code: "disk_full", retryable: true } });

    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await rm(ballast);
    await expect
      .poll(() => project.json("ticket", "create", "After"), { timeout: 45_000, interval: 1_000 })
      .toMatchObject({ ok: true });
    const listed = JSON.stringify(await project.json("ticket", "list"));
    expect(listed).toContain("Before");
    expect(listed).toContain("After");
    expect(await project.cli("down")).toMatchObject({ exitCode: 0 });
  },
);
