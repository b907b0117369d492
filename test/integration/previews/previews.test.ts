import { createHash } from "node:crypto";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { closePreview } from "../../../agents/monitor/previews/close.ts";
import { keepPreviews, sweepPreviews } from "../../../agents/monitor/previews/keeper.ts";
import { openPreview } from "../../../agents/monitor/previews/open.ts";
import { listPreviews, savePreview } from "../../../stacks/previews/preview-record.ts";
import { addPatch } from "../../../stacks/fix/override-file.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makePreviewHouse, writeIgnored, type PreviewHouse } from "./preview-house.ts";

const serve = 'command: ["httpd", "-f", "-v", "-p", "80", "-h", "/www"]';

/** A shop whose page is built into its image, with a volume, an env file and a name of its own. */
const shop = (tag: string): Record<string, string> => ({
  Dockerfile: "FROM busybox\nCOPY index.html /www/index.html\n",
  "index.html": "the old page\n",
  "compose.yml": `name: ${tag}
services:
  web:
    build: .
    image: ${tag}-web:live
    container_name: ${tag}-web-live
    ${serve}
    stop_grace_period: 0s
    ports: ["127.0.0.1:\${WEB_PORT:-18931}:80"]
    volumes: ["things:/things"]
    environment: ["SECRET=\${SHOP_SECRET:-none}"]
    env_file: own.ignored
    labels: {traefik.enable: "true"}
volumes: {things: {name: ${tag}_things}}
`,
  "dockfra.yaml": `checks: ['GET / contains "new page"']
previews: {max: 1, memory_mb: 64, max_age_h: 1, data: copy}
deploy: {shop: {target: compose, url: "http://127.0.0.1:18931", health: /}}
`,
});
const newPage = { "index.html": "the new page\n" };

async function begin(): Promise<PreviewHouse> {
  const house = await makePreviewHouse(shop);
  await writeIgnored(house.user, "own.ignored", "FROM_FILE=file value\n");
  await house.user.write({
    "dockfra/.env": "SHOP_SECRET=for the shop\nOPENROUTER_API_KEY=sk-or-not-for-branches\n",
  });
  return house;
}

describeWithEngine("a preview", () => {
  test("is an isolated copy from the ticket's branch, checked there, while the stack itself goes on untouched", async () => {
    await using house = await begin();
    const { user, docker, tag, parts, seen } = house;
    await docker(
      "compose",
      "--project-directory",
      user.dir,
      "--env-file",
      "/dev/null",
      "up",
      "--detach",
      "--build",
    );
    await docker(
      "exec",
      `${tag}-web-live`,
      "sh",
      "-c",
      "echo stock >/things/stock; chown 33:33 /things/stock",
    );
    const [before] = await docker(
      "inspect",
      "--format",
      "{{.Id}} {{.State.StartedAt}} {{.Image}}",
      `${tag}-web-live`,
    );
    const commit = await house.branch("T-0001", newPage);

    const preview = await openPreview(parts, "T-0001", house.run());

    expect(preview).toMatchObject({
      state: "running",
      project: `${tag}-t0001`,
      commit,
      memoryBytes: 64 * 1_048_576,
    });
    expect(await (await fetch(preview.url ?? "")).text()).toBe("the new page\n");
    expect(house.previewUrl("T-0001")).toBe(preview.url);
    expect(await (await fetch("http://127.0.0.1:18931/")).text()).toBe("the old page\n");
    const container = `${tag}-t0001-web-1`;
    expect(
      await docker("exec", container, "sh", "-c", "cat /things/stock; stat -c %u /things/stock"),
    ).toEqual(["stock", "33"]);
    await docker("exec", container, "sh", "-c", "echo changed >/things/stock");
    expect(await docker("exec", `${tag}-web-live`, "cat", "/things/stock")).toEqual(["stock"]);
    const env = await docker("exec", container, "env");
    expect(env).toContain("SECRET=for the shop");
    expect(env).toContain("FROM_FILE=file value");
    const labels = await docker("inspect", "--format", "{{json .Config.Labels}}", container);
    expect(labels.join("")).not.toContain("traefik");
    expect(
      await docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}} {{.Image}}", `${tag}-web-live`),
    ).toEqual([before]);

    const [comment = ""] = seen.comments;
    expect(comment).toContain(preview.url);
    expect(comment).toContain("Checks: 2 of 2 pass.");
    const evidence = await house.artifact(/artifact ([0-9a-f]{64})/.exec(comment)?.[1] ?? "");
    expect(evidence).toContain('"passed": true');
    expect(evidence).not.toContain("for the shop");

    await closePreview(parts, "T-0001", "asked");
    expect(await remains(house)).toEqual([]);
    expect(house.previewUrl("T-0001")).toBeUndefined();
    expect(listPreviews(user.stateDir)).toEqual([]);
    expect(await docker("exec", `${tag}-web-live`, "cat", "/things/stock")).toEqual(["stock"]);
    expect(await docker("volume", "ls", "--quiet", "--filter", `name=${tag}_things`)).toEqual([
      `${tag}_things`,
    ]);
  });

  test("of a branch that asks for the installation's secrets, the host or files elsewhere gets none of them", async () => {
    await using house = await begin();
    const { parts, docker, tag, user } = house;
    const steal = `name: ${tag}
services:
  web:
    image: busybox
    ${serve.replace("/www", "/tmp")}
    stop_grace_period: 0s
    privileged: true
    pid: host
    cap_add: [SYS_ADMIN]
    devices: ["/dev/null:/dev/null2"]
    ports: ["80"]
    environment: ["KEY=\${OPENROUTER_API_KEY:-none}"]
    volumes: ["/:/host", "/var/run/docker.sock:/docker.sock", "./link:/linked", "bound:/bound"]
    networks: [live]
volumes: {bound: {driver_opts: {type: none, o: bind, device: /etc}}}
networks: {live: {external: true, name: ${tag}_default}}
`;
    await symlink("/etc", join(user.dir, "link"));
    await house.branch("T-0002", { "compose.yml": steal, "dockfra.yaml": "previews: {max: 50}\n" });
    const preview = await openPreview(parts, "T-0002", house.run());
    const container = `${tag}-t0002-web-1`;
    const [config] = await docker("inspect", "--format", "{{json .HostConfig}}", container);
    const host = JSON.parse(config ?? "{}") as Record<string, unknown>;
    expect(host).toMatchObject({ Privileged: false, PidMode: "", CapAdd: null, Memory: 64 * 1_048_576 });
    expect(host["Devices"] ?? []).toEqual([]);
    expect(await docker("exec", container, "env")).toContain("KEY=none");
    expect(
      await docker(
        "exec",
        container,
        "sh",
        "-c",
        "ls -d /host /docker.sock /linked/passwd /bound/passwd 2>/dev/null",
      ),
    ).toEqual([]);
    expect(preview.leftOut).toEqual(
      expect.arrayContaining(["web: privileged", "web: pid", "web: cap_add", "web: devices", "web: mount /"]),
    );
    // the limit is the operator's, not the branch's
    await house.branch("T-0003", newPage);
    await expect(openPreview(parts, "T-0003", house.run())).rejects.toMatchObject({ code: "preview_limit" });
  });

  test("is of the files and profiles that count at ROOT, as the branch has them", async () => {
    await using house = await makePreviewHouse((tag) => ({
      "compose.yml": "services: {decoy: {image: busybox}}\n",
      "base.yml": `name: ${tag}\nservices: {web: {image: busybox, command: [sleep, "600"], stop_grace_period: 0s}}\n`,
      "more.yml": "services: {extra: {image: busybox, profiles: [more]}}\n",
      "dockfra.yaml": "stacks: {shop: {profiles: [more]}}\n",
    }));
    const { parts, user, docker, tag } = house;
    // what fixes changed of the stack itself counts in its previews too
    addPatch(user.stateDir, tag, {
      fix: "fix-0123456789abcdef",
      patch: { services: { web: { command: { value: ["sleep", "602"], replace: true } } }, networks: {} },
    });
    const extra =
      'services: {extra: {image: busybox, profiles: [more], command: [sleep, "601"], stop_grace_period: 0s}}\n';
    await house.branch("T-0001", { "more.yml": extra });
    await writeIgnored(user, ".env", "COMPOSE_FILE=base.yml:more.yml\n");
    await openPreview(parts, "T-0001", house.run());
    const project = `label=com.docker.compose.project=${tag}-t0001`;
    const running = await docker("ps", "--no-trunc", "--filter", project, "--format", "{{.Command}}");
    expect(running.map((line) => line.replaceAll('"', "")).toSorted()).toEqual(["sleep 601", "sleep 602"]);
    await closePreview(parts, "T-0001", "asked");
    expect(await remains(house)).toEqual([]);
  });

  test("reads no file outside of its branch", async () => {
    await using house = await begin();
    const { parts, user } = house;
    await writeFile(join(user.top, "outside.yml"), "services: {other: {image: busybox}}\n");
    const include = "include: [../../../../../outside.yml]\nservices: {web: {image: busybox}}\n";
    await house.branch("T-0001", { "compose.yml": include });
    await expect(openPreview(parts, "T-0001", house.run())).rejects.toMatchObject({
      code: "preview_reads_outside",
    });
    await house.branch("T-0001", { "compose.yml": "services: {web: {build: {context: /etc}}}\n" });
    await expect(openPreview(parts, "T-0001", house.run())).rejects.toMatchObject({
      code: "preview_reads_outside",
    });
    await house.branch("T-0001", {
      "compose.yml":
        "services: {web: {image: busybox, env_file: /etc/passwd, command: [sleep, '60'], stop_grace_period: 0s}}\n",
    });
    await expect(openPreview(parts, "T-0001", house.run())).rejects.toMatchObject({
      code: "preview_reads_outside",
    });
  });

  test("that does not come up says why and leaves nothing on the engine", async () => {
    await using house = await begin();
    const { parts, user, seen } = house;
    await house.branch("T-0001", { Dockerfile: "FROM busybox\nRUN echo no such luck; false\n" });
    await expect(openPreview(parts, "T-0001", house.run())).rejects.toMatchObject({ code: "preview_failed" });
    expect(listPreviews(user.stateDir)).toMatchObject([
      { state: "failed", ticket: "T-0001", reason: expect.stringContaining("did not come up") },
    ]);
    expect(seen.lines.join("\n")).toContain("no such luck");
    await expect.poll(() => seen.feed.map(({ code }) => code)).toContain("preview_not_opened");
    expect(await remains(house)).toEqual([]);
  });

  test("goes with its ticket, with its time, and with a monitor that was killed", async () => {
    await using house = await begin();
    const { parts, user, seen } = house;
    await house.branch("T-0001", newPage);
    const record = await openPreview(parts, "T-0001", house.run());
    await sweepPreviews(parts);
    expect(listPreviews(user.stateDir)).toHaveLength(1);
    house.setState("T-0001", "cancelled");
    await sweepPreviews(parts);
    expect(await remains(house)).toEqual([]);

    house.setState("T-0001", "reviewing");
    await openPreview(parts, "T-0001", house.run());
    savePreview(user.stateDir, { ...record, expiresAtMs: Date.now() - 1 });
    await sweepPreviews(parts);
    expect(await remains(house)).toEqual([]);
    expect(seen.comments.at(-1)).toContain("because of its age");

    await openPreview(parts, "T-0001", house.run());
    savePreview(user.stateDir, { ...record, state: "building", worker: { pid: 1, startedAt: "another" } });
    await sweepPreviews(parts);
    expect(await remains(house)).toEqual([]);
    expect(listPreviews(user.stateDir)).toEqual([]);

    await openPreview(parts, "T-0001", house.run());
    const { dropPreview } = await import("../../../stacks/previews/preview-record.ts");
    dropPreview(user.stateDir, record.project);
    await sweepPreviews(parts);
    expect(await remains(house)).toEqual([]);
  });

  test("is closed by limits that are set while it runs, and by a monitor that starts afterwards", async () => {
    await using house = await begin();
    const { parts, user, seen } = house;
    const { "dockfra.yaml": text = "" } = shop(house.tag);
    await house.branch("T-0001", newPage);
    for (const [from, to, why] of [
      ["max: 1", "max: 0", "how many there may be at once"],
      ["max_age_h: 1", "max_age_h: 0.0001", "its age"],
    ] as const) {
      await user.write({ "dockfra.yaml": text });
      await openPreview(parts, "T-0001", house.run());
      await user.write({ "dockfra.yaml": text.replace(from, to) });
      const stop = new AbortController();
      const keeping = keepPreviews({ ...parts, signal: stop.signal, pauseMs: 100 });
      await expect.poll(() => listPreviews(user.stateDir), { timeout: 60_000 }).toEqual([]);
      stop.abort();
      await keeping;
      expect(seen.comments.at(-1)).toContain(`was closed because of ${why}`);
      expect(await remains(house)).toEqual([]);
    }
  });

  test("is opened by itself when the review begins, where dockfra.yaml wants that", async () => {
    await using house = await makePreviewHouse((tag) => {
      const files = shop(tag);
      return { ...files, "dockfra.yaml": `${files["dockfra.yaml"]}`.replace("max: 1", "auto: true, max: 1") };
    });
    const { parts, user, seen } = house;
    await writeIgnored(user, "own.ignored", "");
    await house.branch("T-0001", newPage, "implementing");
    const stop = new AbortController();
    const keeping = keepPreviews({ ...parts, signal: stop.signal, pauseMs: 100 });
    await expect.poll(() => seen.comments.length, { timeout: 1_000 }).toBe(0);
    house.setState("T-0001", "reviewing");
    await expect.poll(() => listPreviews(user.stateDir)[0]?.state, { timeout: 30_000 }).toBe("running");
    expect(seen.comments[0]).toContain("Preview of");
    house.setState("T-0001", "closed");
    await expect.poll(() => listPreviews(user.stateDir), { timeout: 30_000 }).toEqual([]);
    expect(await remains(house)).toEqual([]);
    stop.abort();
    await keeping;
  });

  test("that is cancelled while it is built leaves nothing, and no file of the project changes", async () => {
    await using house = await begin();
    const { parts, user } = house;
    const before = await checksums(house);
    await house.branch("T-0001", { Dockerfile: "FROM busybox\nRUN sleep 60\n" });
    const stop = new AbortController();
    const opening = openPreview(parts, "T-0001", house.run(stop.signal));
    await expect.poll(() => listPreviews(user.stateDir)[0]?.state, { timeout: 10_000 }).toBe("building");
    await expect(openPreview(parts, "T-0001", house.run())).rejects.toMatchObject({ code: "preview_busy" });
    setTimeout(() => stop.abort(new Error("cancelled")), 1_500);
    await expect(opening).rejects.toThrow("cancelled");
    expect(listPreviews(user.stateDir)).toEqual([]);
    expect(await remains(house)).toEqual([]);
    expect(await checksums(house)).toBe(before);
  });
});

/** What the engine still has of previews. */
async function remains({ docker, tag }: PreviewHouse): Promise<string[]> {
  const filter = ["--filter", `label=dockfra.preview`, "--filter", `name=${tag}`];
  return [
    ...(await docker("ps", "--all", "--quiet", ...filter)),
    ...(await docker("volume", "ls", "--quiet", ...filter)),
    ...(await docker("network", "ls", "--quiet", ...filter)),
    ...(await docker("image", "ls", "--quiet", "--filter", `reference=${tag}-t*`)),
  ];
}

async function checksums({ user }: PreviewHouse): Promise<string> {
  const files = (await user.git("ls-files", "--others", "--cached"))
    .split("\n")
    .filter((name) => !name.startsWith("dockfra/"));
  const text = await user.git("hash-object", ...files);
  return createHash("sha256").update(files.join("\n")).update(text).digest("hex");
}
