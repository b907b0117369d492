import { execa } from "execa";
import { expect, test } from "vitest";
import { clientArguments } from "../../../cli/ssh/client-options.ts";
import { makeScratch } from "../../support/scratch.ts";

/** What the real client makes of the arguments. */
async function effective(args: readonly string[]): Promise<Map<string, string>> {
  const { stdout } = await execa("ssh", ["-G", ...args], { env: { HOME: "/nonexistent" } });
  return new Map(
    stdout.split("\n").map((line) => [line.split(" ", 1)[0] ?? "", line.slice(line.indexOf(" ") + 1)]),
  );
}

test("the client uses the pinned host key, the one key, and nothing of the person's own", async () => {
  const options = await effective(
    clientArguments({ host: "manager", port: 2302, keysDir: "/srv/shop/dockfra/ssh" }),
  );
  expect(Object.fromEntries(options)).toMatchObject({
    user: "manager",
    hostname: "127.0.0.1",
    port: "2302",
    stricthostkeychecking: "true",
    identitiesonly: "yes",
    identityfile: "/srv/shop/dockfra/ssh/operator-to-manager",
    userknownhostsfile: "/srv/shop/dockfra/ssh/known_hosts",
    globalknownhostsfile: "/dev/null",
    hostkeyalgorithms: "ssh-ed25519",
    batchmode: "yes",
    updatehostkeys: "false",
    identityagent: "none",
  });
});

test.each(["my shop", "100% new", 'a "quoted" one', String.raw`back\slash`, "it's"])(
  "a directory named %s is found",
  async (name) => {
    await using scratch = await makeScratch();
    const keysDir = scratch.path(name);
    const options = await effective(clientArguments({ host: "monitor", port: 2201, keysDir }));
    const plain = (text = ""): string =>
      text
        .replaceAll("%%", "%")
        .replace(/^"(.*)"$/, "$1")
        .replaceAll(/\\(["\\])/g, "$1");
    expect(plain(options.get("userknownhostsfile"))).toBe(`${keysDir}/known_hosts`);
    expect(plain(options.get("identityfile"))).toBe(`${keysDir}/operator-to-monitor`);
  },
);
