import { once } from "node:events";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { freePort } from "../targets/free-port.ts";
import { agentUid, buildImages } from "./role-containers.ts";

const prefix = `dockfra-test-desktop-${process.pid}`;
const blueprint = join(import.meta.dirname, "../../../stacks/blueprints/management/docker-compose.yml");
const docker = (...args: readonly string[]) => execa("docker", args, { stdin: "ignore" });

/** Speaks the screen's protocol through the page's socket, byte by byte. */
async function openScreen(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/websockify`, "binary");
  socket.binaryType = "arraybuffer";
  let got = Buffer.alloc(0);
  socket.addEventListener("message", ({ data }) => {
    got = Buffer.concat([got, Buffer.from(data as ArrayBuffer)]);
  });
  await once(socket, "open");
  return {
    send: (bytes: Buffer | string) => socket.send(Buffer.from(bytes)),
    async read(count: number): Promise<Buffer> {
      await expect.poll(() => got.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
      const taken = got.subarray(0, count);
      got = got.subarray(count);
      return taken;
    },
    close: () => socket.close(),
  };
}

describeWithEngine("the desktop", () => {
  let scratch: Scratch;
  let port: number;
  let compose: (...words: readonly string[]) => Promise<unknown>;
  let page: Server;
  const asked: string[] = [];

  beforeAll(async () => {
    await buildImages(prefix, { words: ["desktop"] });
    scratch = await makeScratch();
    const stateDir = scratch.path("project/dockfra");
    const uid = agentUid("manager");
    const place = join(stateDir, "roles/desktop");
    await mkdir(place, { recursive: true });
    await writeFile(join(place, "vnc-password"), "chance12", { mode: 0o600 });
    if (process.getuid?.() === 0)
      for (const path of [place, join(place, "vnc-password")]) await chown(path, uid, uid);
    await docker("network", "create", `${prefix}-shared`);
    const { stdout } = await docker(
      ...["network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", `${prefix}-shared`],
    );
    page = createServer((request, response) => {
      asked.push(`${request.headers.host ?? ""} ${request.url ?? ""}`);
      response.end("<title>page</title>");
    });
    const gateway = stdout.trim();
    await once(page.listen(0, gateway), "listening");
    const { port: pagePort } = page.address() as AddressInfo;
    port = await freePort();
    const env = {
      DOCKFRA_PREFIX: prefix,
      DOCKFRA_ROOT: scratch.path("project"),
      DOCKFRA_STATE: stateDir,
      DOCKFRA_SERVERS: "nats://127.0.0.1:1",
      DOCKFRA_AGENT_UID: uid,
      DOCKFRA_MONITOR_UID: uid,
      DOCKER_SOCKET: "/var/run/docker.sock",
      DOCKFRA_PAGE: `http://${gateway}:${pagePort}`,
      DESKTOP_PORT: port,
    };
    const envFile = await scratch.write(
      "compose.env",
      Object.entries(env)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
    compose = (...words) =>
      docker("compose", "--env-file", envFile, "--file", blueprint, "--profile", "desktop", ...words);
    await compose("up", "--detach", "--wait", "--wait-timeout", "120", "desktop");
  }, 600_000);

  afterAll(async () => {
    await compose?.("down", "--volumes", "--timeout", "1");
    page?.close();
    await execa("docker", ["network", "rm", `${prefix}-shared`], { reject: false });
    await execa("docker", ["rmi", "--force", `${prefix}-desktop`], { reject: false });
    await scratch?.[Symbol.asyncDispose]();
  }, 60_000);

  test("its page answers, and its browser has opened Dockfra's under the name localhost", async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/vnc.html`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("noVNC");
    await expect.poll(() => asked, { timeout: 60_000 }).toContain("localhost:5050 /");
  });

  test("the screen wants a password, and no other will do", { timeout: 60_000 }, async () => {
    const screen = await openScreen(port);
    expect((await screen.read(12)).toString()).toBe("RFB 003.008\n");
    screen.send("RFB 003.008\n");
    // one way in, and that is VNC's password
    expect([...(await screen.read(2))]).toEqual([1, 2]);
    screen.send(Buffer.from([2]));
    await screen.read(16);
    screen.send(Buffer.alloc(16));
    expect((await screen.read(4)).readUInt32BE()).toBe(1);
    screen.close();
  });
});
