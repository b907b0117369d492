import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { createEngineHttp } from "../../../stacks/watch/engine-http.ts";
import { findEngineLink, toLink } from "../../../stacks/watch/engine-link.ts";
import { createEngine } from "../../../stacks/watch/engine.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch } from "../../support/scratch.ts";
import { watchStack } from "./watched-stack.ts";

describeWithEngine("the way to the engine", () => {
  test(
    "through the docker command, where there is no socket of this machine",
    { timeout: 60_000 },
    async () => {
      const engine = createEngine(createEngineHttp(toLink("ssh://user@host")));
      await engine.ping({ timeoutMs: 30_000 });
      expect(Array.isArray(await engine.containers({ timeoutMs: 30_000 }))).toBe(true);
      await expect(engine.inspect("no-such-container", { timeoutMs: 30_000 })).rejects.toMatchObject({
        code: "engine_lacks",
      });
      engine.close();
    },
  );

  test(
    "an engine that goes away is told of, and so is what happened meanwhile",
    { timeout: 90_000 },
    async () => {
      await using scratch = await makeScratch();
      const direct = await findEngineLink();
      const open = new Set<Socket>();
      const path = scratch.path("engine.sock");
      const door = createServer((socket) => {
        const behind = direct();
        open.add(socket);
        socket.pipe(behind).pipe(socket);
        for (const end of [socket, behind])
          end.on("error", () => undefined).on("close", () => (socket.destroy(), behind.destroy()));
      });
      await once(door.listen(path), "listening");
      await using stack = await watchStack({
        services: '  web: { image: busybox, command: [sleep, "600"], stop_grace_period: 0s }\n',
        open: async () => createEngine(createEngineHttp(() => connect({ path }))),
      });
      await stack.compose("up", "-d");
      await stack.heard("container_started");
      const closed = once(door, "close");
      door.close();
      for (const socket of open) socket.destroy();
      await closed;
      await stack.heard("stacks_engine_lost");
      expect(await stack.operator.question("monitor.services", {})).toEqual({ engine: false, services: [] });
      await stack.docker("kill", `${stack.name}-web-1`);
      await once(door.listen(path), "listening");
      await stack.heard("stacks_engine_back", 20_000);
      expect((await stack.heard("container_died")).params).toMatchObject({ service: "web", exitCode: 137 });
      await stack.compose("start");
      await expect
        .poll(() => stack.feed.filter(({ code }) => /^container_(?:re)?started$/.test(code)).length, {
          timeout: 10_000,
        })
        .toBeGreaterThan(1);
      door.close();
      for (const socket of open) socket.destroy();
    },
  );
});
