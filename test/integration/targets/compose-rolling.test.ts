import { afterEach, beforeEach, expect, it } from "vitest";
import type { ReleaseRef } from "../../../stacks/targets/target.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeComposeStack, webService, type ComposeStack } from "./compose-stack.ts";
import { startLoad } from "./http-load.ts";
import type { Behaviour } from "./target-contract.ts";

/** Looks names up again each second, and tries the next address where one does not answer. */
const proxyConfig = `
events {}
http {
  resolver 127.0.0.11 valid=1s ipv6=off;
  access_log off;
  server {
    listen 80;
    set $app web;
    location / {
      proxy_pass http://$app:80;
      proxy_connect_timeout 1s;
      proxy_next_upstream error timeout http_502 http_503 non_idempotent;
    }
  }
}
`;

describeWithEngine("a stack with a proxy in front, or with two of a service", () => {
  let stack: ComposeStack;
  const timeout = 240_000;

  beforeEach(async () => {
    stack = await makeComposeStack();
  });
  afterEach(() => stack[Symbol.asyncDispose](), timeout);

  const release = (name: string, replicas: number, behaviour?: Behaviour): ReleaseRef => {
    const web = { ...webService(), deploy: { replicas } };
    const proxy = {
      ...{ image: "nginx:alpine", ports: [`127.0.0.1:${stack.port}:80`], depends_on: ["web"] },
      configs: [{ source: "proxy", target: "/etc/nginx/nginx.conf" }],
    };
    const content = proxyConfig.replaceAll("$", "$$$$");
    return stack.writeRelease(name, { web, proxy }, behaviour, { configs: { proxy: { content } } });
  };

  it.each([1, 2])(
    "fails no request while %i of a service are replaced, and put back",
    { timeout },
    async (replicas) => {
      const target = stack.createTarget({ proxy: "proxy" });
      expect(await target.deploy({ commandId: "c0", release: release("v0", replicas) })).toMatchObject({
        outcome: "deployed",
      });
      const proxies = await stack.containers("proxy");
      await using load = startLoad(stack.url);
      for (const name of ["v1", "v2"])
        expect(
          await target.deploy({ commandId: `c-${name}`, release: release(name, replicas) }),
        ).toMatchObject({
          outcome: "deployed",
        });
      const bad = release("bad", replicas, "crashing");
      expect(await target.deploy({ commandId: "c-bad", release: bad })).toMatchObject({
        outcome: "restored",
      });
      expect(await target.restore({ commandId: "c-back", release: release("v1", replicas) })).toMatchObject({
        outcome: "deployed",
      });
      const seen = await load.stop();
      expect(seen.failures).toEqual([]);
      expect(seen.bodies.length).toBeGreaterThan(50);
      expect(new Set(seen.bodies)).toEqual(new Set(["version v0", "version v1", "version v2"]));
      expect(await stack.containers("web")).toHaveLength(replicas);
      expect(await stack.containers("proxy")).toEqual(proxies);
      expect(await stack.get()).toBe("version v1");
    },
  );

  it("replaces two with ports of their own one by one: one of them always answers", { timeout }, async () => {
    const range = `127.0.0.1:${stack.port}-${stack.port + 1}:80`;
    const make = (name: string): ReleaseRef =>
      stack.writeRelease(name, { web: { ...webService(), ports: [range], deploy: { replicas: 2 } } });
    const target = stack.createTarget();
    expect(await target.deploy({ commandId: "c0", release: make("v0") })).toMatchObject({
      outcome: "deployed",
    });
    let [tries, dark, isOver] = [0, 0, false];
    const look = async (): Promise<void> => {
      const urls = [stack.url, `http://127.0.0.1:${stack.port + 1}`];
      while (!isOver) {
        const answers = await Promise.all(
          urls.map((url) =>
            fetch(url, { headers: { connection: "close" }, signal: AbortSignal.timeout(3_000) }).then(
              ({ ok }) => ok,
              () => false,
            ),
          ),
        );
        tries++;
        if (!answers.includes(true)) dark++;
      }
    };
    const looking = look();
    expect(await target.deploy({ commandId: "c1", release: make("v1") })).toMatchObject({
      outcome: "deployed",
    });
    isOver = true;
    await looking;
    expect(tries).toBeGreaterThan(10);
    expect(dark).toBe(0);
    expect(await stack.containers("web")).toHaveLength(2);
  });
});
