import { expect, test } from "vitest";
import { unavailable } from "../../../bus/kernel/errors.ts";
import type { ServiceContainer } from "../../../stacks/watch/container.ts";
import { createEngine } from "../../../stacks/watch/engine.ts";
import { ImageUpdates } from "../../../stacks/watch/image-updates.ts";

const web: ServiceContainer = {
  ...{ id: "1", name: "shop-web-1", project: "shop", service: "web", state: "running", ports: [] },
  ...{ image: "registry.local/web:1", imageId: "sha256:aa" },
};

/** The engine's answers about images, with the registry's digest as it is now. */
function setUp(pulled: readonly string[], registry: { digest?: string }) {
  let nowMs = 1_000_000;
  const asked: string[] = [];
  const engine = createEngine({
    json: async (path) => {
      if (path.startsWith("/images/")) return { RepoDigests: pulled };
      asked.push(path);
      if (registry.digest === undefined) throw unavailable("engine_refused", "no such host");
      return { Descriptor: { digest: registry.digest } };
    },
    stream: () => Promise.reject(new Error("nothing is streamed here")),
    close: () => undefined,
  });
  const updates = new ImageUpdates(() => nowMs);
  const told: string[] = [];
  const check = (isAsked = false, containers: readonly ServiceContainer[] = [web]) =>
    updates.check(engine, containers, {
      ...{ signal: new AbortController().signal, isAsked },
      onUpdate: ({ image }) => told.push(image),
    });
  return { updates, check, asked, told, pass: (ms: number) => void (nowMs += ms) };
}

test("an image under whose name the registry has another digest has an update, told once", async () => {
  const registry = { digest: "sha256:one" };
  const { updates, check, told, asked, pass } = setUp(["registry.local/web@sha256:one"], registry);
  expect(updates.hasUpdate(web)).toBeUndefined();
  await check();
  expect(updates.hasUpdate(web)).toBe(false);
  registry.digest = "sha256:two";
  await check();
  expect(updates.hasUpdate(web)).toBe(false);
  pass(3_600_001);
  await check();
  await check();
  expect(updates.hasUpdate(web)).toBe(true);
  expect(told).toEqual(["registry.local/web:1"]);
  expect(asked).toEqual([
    "/distribution/registry.local/web%3A1/json",
    "/distribution/registry.local/web%3A1/json",
  ]);
});

test("whoever asks is answered anew, once a minute", async () => {
  const registry = { digest: "sha256:one" };
  const { updates, check, asked, pass } = setUp(["registry.local/web@sha256:one"], registry);
  await check();
  registry.digest = "sha256:two";
  await check(true);
  expect(asked).toHaveLength(1);
  pass(60_001);
  await check(true);
  expect(updates.hasUpdate(web)).toBe(true);
});

test("a registry that cannot be asked is no error, and takes nothing back that was known", async () => {
  const registry: { digest?: string } = {};
  const { updates, check, pass } = setUp(["registry.local/web@sha256:one"], registry);
  await check();
  expect(updates.hasUpdate(web)).toBeUndefined();
  registry.digest = "sha256:two";
  pass(3_600_001);
  await check();
  delete registry.digest;
  pass(3_600_001);
  await check();
  expect(updates.hasUpdate(web)).toBe(true);
});

test("what was built here, and what is named by its digest, is not asked for", async () => {
  const { updates, check, asked } = setUp([], { digest: "sha256:one" });
  await check(true, [web, { ...web, image: "web@sha256:one" }, { ...web, image: "sha256:0123456789ab" }]);
  expect(asked).toEqual([]);
  expect(updates.hasUpdate(web)).toBeUndefined();
});
