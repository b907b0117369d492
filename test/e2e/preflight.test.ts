import { readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { freePort } from "../../bus/server/ready.ts";
import { describeWithEngine } from "../support/engine.ts";
import { makeProject } from "./installation.ts";

const timeout = 120_000;
const compose = (tag: string) => `name: ${tag}
services:
  web:
    image: busybox
    command: sleep 600
    ports: ["127.0.0.1:\${WEB_PORT:?which port}:80"]
    environment:
      SESSION_SECRET: \${SESSION_SECRET:?}
      TZ: \${TZ:?}
      LICENSE: \${VENDOR_LICENSE_KEY:?}
    pid: host
`;

describeWithEngine("a look ahead on the command line", () => {
  test(
    "names what is in the way, suggests values, fills them in, and leaves the files alone",
    { timeout },
    async () => {
      await using project = await makeProject(await freePort());
      const tag = `pfcli${process.pid}`;
      const file = await project.write("app/web/compose.yaml", compose(tag));
      expect((await project.cli("up", "--detach")).exitCode).toBe(0);

      const before = await project.cli("preflight", tag);
      expect(before.exitCode).toBe(2);
      for (const name of ["WEB_PORT", "SESSION_SECRET", "TZ", "VENDOR_LICENSE_KEY"])
        expect(before.stdout).toContain(name);
      expect(before.stdout).toMatch(
        /dockfra fix fix-[0-9a-f]{16} {2}Make a strong random value for SESSION_SECRET/,
      );
      expect(before.stdout).toMatch(/dockfra approve [0-9a-f]{16}/);
      expect((await project.cli("preflight", "nope")).exitCode).toBe(3);

      const port = await project.json("env", "suggest", "WEB_PORT");
      expect(port).toMatchObject({ ok: true, suggestions: [{ code: "from_free_port", secret: false }] });
      const secret = await project.cli("env", "suggest", "SESSION_SECRET");
      expect(secret.stdout).toContain("••••••");
      expect((await project.cli("env", "suggest", "SESSION_SECRET", "--set", "9")).exitCode).toBe(2);
      expect((await project.cli("env", "suggest", "TZ", "--set", "1")).exitCode).toBe(0);

      const filled = await project.json("env", "fill", "--yes");
      expect(filled).toMatchObject({
        ok: false,
        filled: [
          { name: "SESSION_SECRET", from: "made just now, 64 characters" },
          { name: "WEB_PORT", from: "a free port" },
        ],
        missing: ["VENDOR_LICENSE_KEY"],
      });
      expect((await project.cli("env", "set", "VENDOR_LICENSE_KEY", "abc-123")).exitCode).toBe(0);
      const env = await readFile(project.path("dockfra/.env"), "utf8");
      expect(env).toMatch(/^SESSION_SECRET=[\w-]{64}$/m);
      expect(env).toMatch(/^WEB_PORT=\d+$/m);
      expect((await stat(project.path("dockfra/.env"))).mode & 0o777).toBe(0o600);

      const after = await project.json("preflight", tag);
      const findings = after["findings"] as { code: string; severity: string }[];
      expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(findings.map(({ code }) => code)).toContain("dangerous_host_namespace");
      expect(await project.cli("env", "fill", "--yes")).toMatchObject({
        exitCode: 0,
        stdout: "No required value is missing.",
      });
      expect(await readFile(file, "utf8")).toBe(compose(tag));
      expect(await project.git("status", "--porcelain")).toBe("?? web/");
    },
  );
});
