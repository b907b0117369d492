import { createServer } from "node:net";
import { readFile, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { findFindings } from "../../../../agents/monitor/stack-service/findings.ts";
import { readProjectAtRoot } from "../../../../agents/monitor/stack-service/project-reading.ts";
import { toProjectView } from "../../../../agents/monitor/stack-service/project-view.ts";
import { serveStackService } from "../../../../agents/monitor/stack-service/serve.ts";
import { createMemoryBus } from "../../../../bus/memory/bus.ts";
import { nothingRuns } from "../../../../agents/monitor/stack-service/running.ts";
import { lookAtPorts } from "../../../../cli/host/ports.ts";
import { makeScratch, type Scratch } from "../../../support/scratch.ts";

const view = async (scratch: Scratch) => {
  const reading = await readProjectAtRoot(scratch.dir, scratch.path("dockfra"));
  return toProjectView(reading, await findFindings(reading, nothingRuns, lookAtPorts));
};

/** A project of one container that runs from a directory. */
const upFrom = (dir: string, name: string) => ({
  ...nothingRuns,
  projects: [
    {
      ...{ name, dir, files: [`${dir}/compose.yml`], isOwn: false },
      containers: [
        { name: `${name}-web-1`, service: "web", state: "running", status: "Up", image: "x", ports: [] },
      ],
    },
  ],
});

test("values are laid over each other, and each says where it comes from", async () => {
  await using scratch = await makeScratch();
  await scratch.write("web/compose.yml", "services:\n  web:\n    image: a:${A:-1}-${B:-2}-${C:-3}\n");
  await scratch.write(
    "dockfra.yaml",
    "env:\n  B: { default: 20, label: The B, group: G, type: select, options: [20, 21] }\n",
  );
  await scratch.write("dockfra/.env", "C=300\n");
  const { variables, stacks } = await view(scratch);
  expect(variables.filter(({ name }) => name.length === 1)).toMatchObject([
    {
      name: "B",
      value: "20",
      source: "project_file",
      label: "The B",
      group: "G",
      options: [{ value: "20", label: "20" }, {}],
    },
    { name: "A", value: "1", source: "discovered", uses: [{ file: "web/compose.yml", line: 3 }] },
    { name: "C", value: "300", source: "env_file" },
  ]);
  expect(stacks).toMatchObject([
    { name: "web", dir: "web", services: [{ image: "a:1-20-300" }], deployable: false },
  ]);
});

test("no secret's value is shown, however it is carried", async () => {
  await using scratch = await makeScratch();
  await scratch.write(
    "compose.yml",
    [
      "name: app",
      "services:",
      "  app:",
      "    image: registry/${API_TOKEN}/app:${TAG:-1}",
      '    ports: ["${PLAIN:-1}:80"]',
      "    environment:",
      "      - DATABASE_URL=${DATABASE_URL:-postgres://u:hunter2hunter@db/x}",
      "      - C=${CARRIER:-}",
      "",
    ].join("\n"),
  );
  await scratch.write("dockfra/.env", "API_TOKEN=tok-abcdef123\nCARRIER=x-tok-abcdef123-y\nTAG=2\n");
  const shown = await view(scratch);
  const text = JSON.stringify(shown);
  for (const secret of ["tok-abcdef123", "hunter2hunter"]) expect(text).not.toContain(secret);
  const hidden = shown.variables.filter(({ secret }) => secret).map(({ name }) => name);
  expect(hidden.toSorted()).toEqual(["API_TOKEN", "CARRIER", "DATABASE_URL", "OPENROUTER_API_KEY"]);
  expect(shown.variables.find(({ name }) => name === "API_TOKEN")).toMatchObject({
    isSet: true,
    source: "env_file",
  });
});

test("findings name missing values, taken ports with their holder, and refused files", async () => {
  await using scratch = await makeScratch();
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await scratch.write(
    "a/compose.yml",
    `name: a\nservices:\n  web:\n    image: x:\${TAG:?which}\n    ports: ["127.0.0.1:\${P:-${port}}:80", "9/udp"]\n`,
  );
  await scratch.write("b/compose.yml", "services:\n  b: [oops\n");
  await scratch.write("dockfra/.env", "not an assignment\n");
  const { findings, stacks } = await view(scratch);
  expect(stacks).toMatchObject([{ name: "a", missing: ["TAG"] }]);
  expect(findings.map(({ code }) => code).toSorted()).toEqual([
    "env_file_invalid",
    "file_refused",
    "port_in_use",
    "value_missing",
  ]);
  expect(findings.find(({ code }) => code === "port_in_use")).toMatchObject({
    severity: "warning",
    stack: "a",
    params: { port, service: "web", holder: expect.stringContaining(`(pid ${process.pid})`) },
  });
  expect(findings.find(({ code }) => code === "value_missing")).toMatchObject({
    params: { name: "TAG", stacks: "a" },
  });
  const reading = await readProjectAtRoot(scratch.dir, scratch.path("dockfra"));
  const running = await findFindings(reading, upFrom(scratch.dir, "a"), lookAtPorts);
  expect(running.some(({ code }) => code === "port_in_use")).toBe(false);
  server.close();
});

test("a root with nothing in it says so", async () => {
  await using scratch = await makeScratch();
  expect((await view(scratch)).findings).toMatchObject([{ code: "nothing_to_run", severity: "info" }]);
});

test("the service answers over the bus, and writes only what the project knows", async () => {
  await using scratch = await makeScratch();
  await using bus = createMemoryBus();
  const end = new AbortController();
  const file = await scratch.write("dockfra/.env", "# kept\nOLD='1'\n");
  await scratch.write(
    "compose.yml",
    "services:\n  web:\n    image: x:${TAG:-1}\n    environment:\n      - PW=${DB_PASSWORD}\n      - LD_PRELOAD=${LD_PRELOAD:-}\n",
  );
  const stateDir = scratch.path("dockfra");
  const serving = serveStackService({
    bus: bus.worker("monitor", "m"),
    root: scratch.dir,
    stateDir,
    signal: end.signal,
  });
  const gateway = bus.client("gateway");
  const set = (values: Record<string, string>) => gateway.question("monitor.env-set", { values });
  expect(await set({ TAG: "2", DB_PASSWORD: "pa ss#'$x", NOPE: "x" })).toEqual({
    updated: ["TAG", "DB_PASSWORD"],
  });
  expect(await readFile(file, "utf8")).toMatch(/^# kept\nOLD='1'\nTAG=2\n/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(set({ LD_PRELOAD: "/tmp/x.so" })).rejects.toMatchObject({ code: "env_key_refused" });
  await expect(set({ TAG: "a\rb" })).rejects.toMatchObject({ code: "env_value_refused" });
  expect(JSON.stringify(await gateway.question("monitor.stacks", {}))).not.toContain("pa ss#");
  await expect(gateway.question("monitor.logs", { name: "--help", lines: 5 })).rejects.toMatchObject({
    code: "log_unknown",
  });
  end.abort();
  await serving;
});

test("a default is shown beside the value that counts, but for secrets and what carries one", async () => {
  await using scratch = await makeScratch();
  await scratch.write(
    "web/compose.yml",
    "services:\n  web:\n    image: a:${A:-1}-${B:-}-${C}\n    environment:\n      X: ${API_TOKEN:-abcdefgh} ${STORE:-postgres://u:hidden-word@h/d}\n",
  );
  await scratch.write("dockfra/.env", "A=2\nSTORE=elsewhere\n");
  const { variables } = await view(scratch);
  const defaults = Object.fromEntries(variables.map((variable) => [variable.name, variable.default]));
  expect(defaults).toEqual({ A: "1", B: "", C: undefined, API_TOKEN: undefined, STORE: undefined });
});
