import { createServer, type Server } from "node:net";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { natsLayout } from "../../../bus/server/layout.ts";
import { startNatsServer, type NatsProcess } from "../../../bus/server/process.ts";
import { readGreeting } from "../../../bus/server/ready.ts";
import { natsBinary } from "../../bus/nats-fixture.ts";

describe("the embedded server", { timeout: 30_000 }, () => {
  let root: string;
  const running: NatsProcess[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dockfra-server-"));
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  const start = async (port = 0, binary?: string): Promise<NatsProcess> => {
    const server = await startNatsServer({
      binary: binary ?? (await natsBinary()),
      root,
      prefix: "shop",
      port,
      log: silentLogger,
      readyTimeoutMs: 5_000,
    });
    running.push(server);
    return server;
  };

  test("is ready when it says so, and leaves its URL for clients", async () => {
    const server = await start();
    expect(await readGreeting(server.port)).toMatchObject({
      server_name: "shop-embedded",
      version: server.version,
    });
    expect(await readFile(natsLayout(root).urlFile, "utf8")).toBe(`${server.url}\n`);
    expect((await stat(natsLayout(root).configFile)).mode & 0o777).toBe(0o600);
    expect((await stat(natsLayout(root).dir)).mode & 0o777).toBe(0o700);
    await server.stop();
    expect(await server.exited).toMatchObject({ code: 0 });
    expect(await readGreeting(server.port)).toBeUndefined();
  });

  test("has a configuration that its own check accepts", async () => {
    await start();
    const check = await execa(await natsBinary(), ["-t", "-c", natsLayout(root).configFile], { all: true });
    expect(check.all).toContain("is valid");
  });

  test("comes back on the port it had", async () => {
    const first = await start();
    await first.stop();
    expect((await start()).port).toBe(first.port);
  });

  test("tells that it was killed", async () => {
    const server = await start();
    process.kill(server.pid, "SIGKILL");
    expect(await server.exited).toMatchObject({ signal: "SIGKILL" });
  });

  test("refuses a port that is taken, by name", async () => {
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(start(port)).rejects.toMatchObject({ code: "nats_port_taken", params: { port } });
    await new Promise((resolve) => other.close(resolve));
  });

  test("ends the one that an earlier run left behind, and no other process", async () => {
    const left = await start();
    const next = await startNatsServer({
      binary: await natsBinary(),
      root,
      prefix: "shop",
      log: silentLogger,
    });
    running.push(next);
    await left.exited;
    expect(next.port).toBe(left.port);
    await next.stop();
    await writeFile(natsLayout(root).pidFile, String(process.pid));
    await start();
  });

  test("says what a server said that could not start", async () => {
    await start();
    const { storeDir } = natsLayout(root);
    await running.pop()?.stop();
    await rm(storeDir, { recursive: true });
    await writeFile(join(natsLayout(root).dir, "store"), "a file in the way");
    await expect(start()).rejects.toMatchObject({ code: expect.stringMatching(/nats_start_failed|EEXIST/) });
    expect(await readFile(storeDir, "utf8")).toBe("a file in the way");
  });

  test("refuses a server that is too old", async () => {
    const fake = join(root, "nats-server");
    const script = `#!${process.execPath}
const port = Number(/^port: (\\d+)$/m.exec(require("node:fs").readFileSync(process.argv.at(-1), "utf8"))[1]);
require("node:net").createServer((socket) => {
  socket.on("error", () => undefined);
  socket.write('INFO {"server_id":"A","server_name":"shop-embedded","version":"2.9.10"}\\r\\n');
}).listen(port, "127.0.0.1");
`;
    await writeFile(fake, script, { mode: 0o755 });
    await expect(start(0, fake)).rejects.toMatchObject({
      code: "nats_server_too_old",
      params: { version: "2.9.10" },
    });
  });
});
