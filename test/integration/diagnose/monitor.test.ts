import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger } from "../../../bus/kernel/log.ts";
import type { JobView } from "../../../bus/messages/stack-jobs.ts";
import { createFix, createUndo } from "../../../agents/monitor/jobs/fix-actions.ts";
import type { JobParts, JobRun } from "../../../agents/monitor/jobs/actions.ts";
import { jobsDir, writeJobRecord, readJobRecords } from "../../../agents/monitor/jobs/job-record.ts";
import { diagnose } from "../../../agents/monitor/stack-service/diagnose.ts";
import { lookAtPorts } from "../../../cli/host/ports.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { docker } from "./bench.ts";

const password = "very-secret-password";
const name = `dia${randomBytes(3).toString("hex")}m`;
const yaml = `name: ${name}
services:
  app:
    image: busybox
    init: true
    user: "1234"
    environment: {DB_PASSWORD: "\${DB_PASSWORD:?needed}"}
    command: [sh, -c, "echo token $$DB_PASSWORD; echo x > /data/f && sleep 600"]
    volumes: ["./data:/data"]
  net:
    image: busybox
    init: true
    command: [sleep, "600"]
    networks: [outside]
networks: {outside: {external: true, name: ${name}-outside}}
`;

describeWithEngine("the monitor's diagnosis", () => {
  let scratch: Scratch;
  let parts: JobParts;
  const signal = new AbortController().signal;
  const log = createLogger("test", "silent");

  beforeAll(async () => {
    scratch = await makeScratch();
    await scratch.write("shop/compose.yml", yaml);
    await scratch.write("shop/data/.keep", "");
    await scratch.write("dockfra/.env", `DB_PASSWORD=${password}\n`);
    const bus = {
      question: async (_: string, { ports }: { ports: number[] }) => ({ ports: await lookAtPorts(ports) }),
      tell: () => undefined,
    } as unknown as JobParts["bus"];
    parts = { root: scratch.dir, stateDir: scratch.path("dockfra"), prefix: "dockfra", bus, log };
  });

  afterAll(async () => {
    const { stdout } = await docker(
      "ps",
      "--all",
      "--quiet",
      "--filter",
      `label=com.docker.compose.project=${name}`,
    );
    const ids = stdout.split("\n").filter(Boolean);
    if (ids.length > 0) await docker("rm", "--force", ...ids);
    await docker("network", "rm", `${name}-outside`, `${name}_default`);
    await scratch[Symbol.asyncDispose]();
  }, 60_000);

  const look = (stack?: string) =>
    diagnose(stack === undefined ? {} : { stack }, {
      ...{ root: parts.root, stateDir: parts.stateDir, signal, log },
      bus: parts.bus as never,
    });

  function runOf<K extends "fix" | "undo">(kind: K, fix: string): JobRun<K> {
    const action = { do: kind, fix } as JobRun<K>["action"];
    return {
      id: "job",
      by: "operator",
      action,
      signal,
      log: () => undefined,
      step: () => undefined,
      started: () => undefined,
      diagnosed: () => undefined,
      inTheWay: () => undefined,
    };
  }

  function checksum(): string {
    const hash = createHash("sha256");
    for (const file of ["compose.yml", ...globSync("data/*", { cwd: scratch.path("shop") })].toSorted())
      if (file !== "data/f") hash.update(readFileSync(scratch.path("shop", file)));
    return hash.digest("hex");
  }

  test("finds, fixes and takes back by ids alone, and leaves the user's files as they are", async () => {
    const before = checksum();
    const { diagnoses } = await look(name);
    expect(diagnoses.map(({ code }) => code)).toEqual(["cause_external_network_missing"]);
    const create = diagnoses[0]?.fixes[0];
    expect(create).toMatchObject({ code: "fix_network_create", safe: true, undoable: true });
    // the network is there now, but the other service still has its own trouble
    await expect(createFix(parts)?.(runOf("fix", create?.id ?? ""))).rejects.toMatchObject({
      code: "fix_unproved",
    });

    const second = await look(name);
    const denied = second.diagnoses.find(({ code }) => code === "cause_bind_denied");
    expect(denied).toMatchObject({ service: "app", stack: name, severity: "error" });
    expect(JSON.stringify(second)).not.toContain(password);
    const owner = denied?.fixes[0];
    const result = await createFix(parts)?.(runOf("fix", owner?.id ?? ""));
    expect(result).toEqual({ stack: name, fix: "fix_owner", undo: owner?.id });
    expect((await look(name)).diagnoses.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(checksum()).toBe(before);
    expect(await createUndo(parts)?.(runOf("undo", owner?.id ?? ""))).toEqual({
      stack: name,
      undone: "fix_owner",
    });
  }, 120_000);

  test("the id of a cause stays while the cause does", async () => {
    await docker("restart", "--time", "0", `${name}-app-1`);
    const [one, two] = [await look(name), await look()];
    expect(two.diagnoses.map(({ id }) => id)).toEqual(one.diagnoses.map(({ id }) => id));
  }, 60_000);

  test("what the last launch wrote counts, until one goes well", async () => {
    const lines = ['unable to prepare context: path "/none" not found'];
    const view: JobView = {
      ...{
        id: "launch1",
        action: { do: "launch", stacks: [name] },
        state: "failed",
        startedAtMs: Date.now(),
      },
      ...{ endedAtMs: Date.now(), services: [], log: lines },
    };
    readJobRecords(jobsDir(parts.stateDir));
    writeJobRecord(jobsDir(parts.stateDir), { version: 1, by: "operator", view, programs: [] });
    const found = await look(name);
    expect(found.diagnoses.map(({ code }) => code)).toContain("cause_build_context_missing");
    writeJobRecord(jobsDir(parts.stateDir), {
      ...{ version: 1, by: "operator", programs: [] },
      view: { ...view, id: "launch2", state: "done", startedAtMs: Date.now() + 1 },
    });
    const after = await look(name);
    expect(after.diagnoses.map(({ code }) => code)).not.toContain("cause_build_context_missing");
  }, 60_000);

  test("a stack that nobody knows is refused", async () => {
    await expect(look("no-such-stack")).rejects.toMatchObject({ code: "stack_unknown" });
  }, 60_000);
});
