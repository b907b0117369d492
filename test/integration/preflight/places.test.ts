import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { describeWithEngine } from "../../support/engine.ts";
import { makePreflightHouse, oneService } from "./preflight-house.ts";

const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

describeWithEngine("values and files before a launch", () => {
  test("missing values are told, and a secret of the project's own is made", async () => {
    await using house = await makePreflightHouse();
    await house.scratch.write(
      "compose.yaml",
      oneService(`${house.tag}v`, [
        'ports: ["${APP_PORT:?say it}:80"]',
        "environment:",
        "  A: ${SESSION_SECRET:?}",
        "  B: ${OPENAI_API_KEY:?}",
        "  C: ${PLAIN:?}",
      ]),
    );
    const found = (await house.look()).filter(({ code }) => code === "value_missing");
    expect(found.map(({ params }) => params["name"]).toSorted()).toEqual([
      "APP_PORT",
      "OPENAI_API_KEY",
      "PLAIN",
      "SESSION_SECRET",
    ]);
    expect(found.flatMap(({ fixes = [] }) => fixes.map(({ params }) => params["name"]))).toEqual([
      "SESSION_SECRET",
    ]);
    const secret = found.find(({ params }) => params["name"] === "SESSION_SECRET")!;
    await house.fix(secret, "fix_secret_generate");
    const written = await readFile(house.scratch.path("dockfra/.env"), "utf8");
    expect(written).toMatch(/^SESSION_SECRET=[\w-]{64}\n$/);
    expect((await stat(house.scratch.path("dockfra/.env"))).mode & 0o777).toBe(0o600);
    const after = await house.look();
    expect(after.filter(({ code }) => code === "value_missing")).toHaveLength(3);
    expect(JSON.stringify(after)).not.toContain(written.trim().split("=")[1]);
  });

  test("variables that Compose would leave empty are told, and those that were meant to be empty are not", async () => {
    await using house = await makePreflightHouse();
    await house.scratch.write(
      "compose.yaml",
      oneService(`${house.tag}e`, [
        "environment:",
        "  A: ${DB_PW}",
        "  B: ${PLAIN_TEXT}",
        "  C: ${WITH_DEFAULT:-x}${WHEN_SET:+y}",
        "  D: ${MEANT_EMPTY}$$NOT_ONE",
      ]),
    );
    await house.scratch.write(".env", "MEANT_EMPTY=\n");
    const found = (await house.look()).filter(({ code }) => code === "value_empty");
    expect(found.map(({ params, severity }) => [params["name"], severity])).toEqual([
      ["DB_PW", "warning"],
      ["PLAIN_TEXT", "warning"],
    ]);
    expect(found[1]?.message).toContain("dockfra env set PLAIN_TEXT VALUE");
    await house.fix(found[0]!, "fix_secret_generate");
    expect((await house.look()).filter(({ code }) => code === "value_empty")).toHaveLength(1);
  });

  test("what Compose refuses is said in its words, and hides no other stack", async () => {
    await using house = await makePreflightHouse();
    await house.scratch.write("a/compose.yaml", oneService(`${house.tag}a`, ['cpus: "many"']));
    await house.scratch.write("b/compose.yaml", oneService(`${house.tag}b`, ["privileged: true"]));
    const findings = await house.look();
    expect(findings.find(({ code }) => code === "compose_refuses")?.stack).toBe(`${house.tag}a`);
    expect(codesOf(findings)).toContain("dangerous_privileged");
  });

  test("bind mounts: missing, a file that is none, a directory where a file is wanted", async () => {
    await using house = await makePreflightHouse();
    await house.scratch.write("there.txt", "x");
    await mkdir(house.scratch.path("made.conf"));
    await house.scratch.write("made.conf.example", "listen 80\n");
    await house.scratch.write(
      "compose.yaml",
      oneService(`${house.tag}m`, [
        "volumes:",
        "  - ./data:/data",
        "  - ./app.conf:/etc/app.conf",
        "  - ./made.conf:/etc/made.conf",
        "  - ./there.txt:/srv/",
        "  - { type: bind, source: ./strict, target: /strict, bind: { create_host_path: false } }",
      ]),
    );
    const findings = await house.look();
    const by = (path: string) => findings.find(({ params }) => params["path"] === house.scratch.path(path));
    expect(by("data")).toMatchObject({ code: "bind_missing", severity: "warning", params: { line: 7 } });
    expect(by("strict")).toMatchObject({ code: "bind_missing", severity: "error" });
    expect(by("app.conf")).toMatchObject({
      code: "bind_file_missing",
      severity: "error",
      params: { line: 8 },
    });
    expect(by("made.conf")).toMatchObject({ code: "bind_directory_for_file", severity: "error" });
    expect(by("there.txt")).toMatchObject({ code: "bind_file_for_directory", severity: "error" });
    await house.fix(by("data")!, "fix_directory_create");
    const made = await house.fix(by("made.conf")!, "fix_file_from_example");
    expect(await readFile(house.scratch.path("made.conf"), "utf8")).toBe("listen 80\n");
    const left = (await house.look()).map(({ params }) => params["path"]);
    expect(left).not.toContain(house.scratch.path("data"));
    expect(left).not.toContain(house.scratch.path("made.conf"));
    await house.undo(made);
    expect((await stat(house.scratch.path("made.conf"))).isDirectory()).toBe(true);
  });

  test("bind mounts that the container's user may not read, and certificates that all may", async () => {
    await using house = await makePreflightHouse();
    await writeFile(await house.scratch.write("secret.conf", "x"), "x", { mode: 0o600 });
    await chmod(house.scratch.path("secret.conf"), 0o600);
    await house.scratch.write("acme.json", "{}");
    await chmod(house.scratch.path("acme.json"), 0o644);
    await house.scratch.write(
      "compose.yaml",
      oneService(`${house.tag}r`, [
        'user: "54321"',
        "volumes: [./secret.conf:/etc/secret.conf:ro, ./acme.json:/acme.json]",
      ]),
    );
    const unreadable = await house.find("bind_unreadable");
    expect(unreadable).toMatchObject({ params: { uid: 54_321, mode: "0600" }, fixes: [{ safe: false }] });
    const open = await house.find("bind_too_open");
    const id = await house.fix(open, "fix_mode");
    expect((await stat(house.scratch.path("acme.json"))).mode & 0o777).toBe(0o600);
    expect(codesOf(await house.look())).not.toContain("bind_too_open");
    await house.undo(id);
    expect((await stat(house.scratch.path("acme.json"))).mode & 0o777).toBe(0o644);
  });

  test("files that services name, and what images are built from", async () => {
    await using house = await makePreflightHouse();
    await house.scratch.write("web.env.example", "A=1\n");
    await house.scratch.write(
      "compose.yaml",
      [
        oneService(`${house.tag}f`, [
          "env_file: [web.env, { path: other.env, required: false }]",
          "configs: [c]",
          "secrets: [s]",
        ]),
        "  gone: { build: ./nowhere }",
        "  plain: { build: { context: ., dockerfile: No.Dockerfile } }",
        "  inline: { build: { context: ., dockerfile_inline: FROM busybox } }",
        "  remote: { build: https://example.org/x.git }",
        "configs: { c: { file: ./c.conf } }",
        "secrets: { s: { file: ./s.txt } }",
        "",
      ].join("\n"),
    );
    const findings = await house.look();
    const paths = Object.fromEntries(
      findings
        .filter(({ code }) => code.endsWith("_missing"))
        .map(({ code, params }) => [code, String(params["path"]).replace(`${house.scratch.dir}/`, "")]),
    );
    expect(paths).toEqual({
      env_file_missing: "web.env",
      config_file_missing: "c.conf",
      secret_file_missing: "s.txt",
      build_context_missing: "nowhere",
      dockerfile_missing: "No.Dockerfile",
    });
    const id = await house.fix(
      findings.find(({ code }) => code === "env_file_missing")!,
      "fix_file_from_example",
    );
    expect(codesOf(await house.look())).not.toContain("env_file_missing");
    await house.undo(id);
    await house.find("env_file_missing");
  });
});
