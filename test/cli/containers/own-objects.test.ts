import { expect, test } from "vitest";
import { dockerFailed, refuseForeign, type OwnContainer } from "../../../cli/containers/own-objects.ts";

const run = {
  exitCode: 1,
  signal: undefined,
  stdout: "",
  stderr: "",
  timedOut: false,
  cancelled: false,
  tookMs: 1,
};
const container: OwnContainer = {
  id: "1",
  name: "x-ssh-manager",
  service: "ssh-manager",
  project: "x-management",
  root: "/one",
  state: "running",
  status: "Up",
  ports: [],
};

test.each([
  "failed to copy: write /var/lib/docker/x: no space left on device",
  "ERROR: failed to solve: disk quota exceeded",
])("a full disk is told as that: %s", (stderr) => {
  expect(dockerFailed(["buildx", "bake"], { ...run, stderr })).toMatchObject({ code: "engine_disk_full" });
});

test("any other failure names the command and its last words", () => {
  expect(
    dockerFailed(["network", "create", "--label", "x"], { ...run, stderr: "pool is used up" }),
  ).toMatchObject({
    code: "docker_failed",
    params: { command: "network create", why: "pool is used up" },
  });
  expect(dockerFailed(["ps"], { ...run, timedOut: true })).toMatchObject({
    params: { why: "it took too long" },
  });
});

test("containers of another root under the same prefix are not touched", () => {
  expect(() => refuseForeign([container], { prefix: "x", root: "/one" })).not.toThrow();
  expect(() => refuseForeign([container], { prefix: "x", root: "/two" })).toThrow(
    /has containers of \/one.*--prefix x-2/,
  );
});
