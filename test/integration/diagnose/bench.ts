import { randomBytes } from "node:crypto";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { findCauses } from "../../../stacks/diagnose/findings.ts";
import type { Cause } from "../../../stacks/diagnose/cause.ts";
import { gatherFacts, type GatherOptions } from "../../../stacks/diagnose/gather/gather.ts";
import { applyFix, offerFix, undoFix } from "../../../stacks/fix/fixes.ts";
import type { StackPlace } from "../../../stacks/fix/plan.ts";
import { composeArgs } from "../../../stacks/fix/stack-compose.ts";
import { lookAtPorts } from "../../../cli/host/ports.ts";
import { makeScratch } from "../../support/scratch.ts";

/** A real stack on the engine that something is wrong with. */
export interface BrokenStack {
  readonly place: StackPlace;
  readonly path: (...parts: readonly string[]) => string;
  /** Brings it up as a launch does, and keeps what Compose wrote; does not fail where that fails. */
  up(...services: readonly string[]): Promise<string[]>;
  /** What the rules say now. */
  causes(more?: Pick<GatherOptions, "events">): Promise<Cause[]>;
  /** The one cause of this code. */
  cause(code: string, service?: string): Promise<Cause>;
  /** Presses the button of a fix, which proves that the services run; gives its id. */
  fix(cause: Cause, code: string): Promise<string>;
  undo(id: string): Promise<void>;
  /** Waits until a service's container is in a state. */
  until(
    service: string,
    test: (inspected: { Status: string; Health?: { Status: string; Log: unknown[] } }) => boolean,
  ): Promise<void>;
}

export interface Bench extends AsyncDisposable {
  /** Begins all names on the engine. */
  readonly prefix: string;
  stack(
    name: string,
    yaml: string,
    options?: Partial<GatherOptions> & { readonly files?: Readonly<Record<string, string>> },
  ): Promise<BrokenStack>;
}

/** Makes a place for broken stacks; at its end everything is gone. */
export async function openBench(): Promise<Bench> {
  const scratch = await makeScratch();
  await chmod(scratch.dir, 0o755);
  const prefix = `dia${randomBytes(3).toString("hex")}`;
  const stateDir = scratch.path("dockfra");
  await scratch.write("dockfra/.env", "");
  const projects: string[] = [];
  return {
    prefix,
    stack: async (name, yaml, { files = {}, ...options } = {}) => {
      const project = `${prefix}${name}`;
      projects.push(project);
      const dir = scratch.path(name);
      await scratch.write(join(name, "compose.yml"), yaml);
      for (const [file, text] of Object.entries(files)) await scratch.write(join(name, file), text);
      const place = {
        project,
        dir,
        files: [join(dir, "compose.yml")],
        envFiles: [join(dir, ".env"), join(stateDir, ".env")],
      };
      return openStack(place, stateDir, { stack: name, ...options });
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(projects.map(removeProject));
      await scratch[Symbol.asyncDispose]();
    },
  };
}

function openStack(place: StackPlace, stateDir: string, options: Partial<GatherOptions>): BrokenStack {
  let upOutput: string[] = [];
  const by = "operator";
  const causes: BrokenStack["causes"] = async (more = {}) =>
    findCauses(
      await gatherFacts({
        stack: place.project,
        place,
        stateDir,
        upOutput,
        lookAtPorts,
        ...options,
        ...more,
      }),
    );
  return {
    place,
    path: (...parts) => join(place.dir, ...parts),
    up: async (...services) => {
      const run = await docker(...composeArgs(place, stateDir), "up", "--detach", ...services);
      upOutput = `${run.stdout}\n${run.stderr}`.split("\n").filter((line) => line.trim() !== "");
      return upOutput;
    },
    causes,
    cause: async (code, service) => {
      const all = await causes();
      const found = all.find(
        (one) => one.code === code && (service === undefined || one.service === service),
      );
      if (found) return found;
      throw new Error(
        `No ${code} among: ${JSON.stringify(all.map((one) => [one.code, one.service, one.params, one.evidence]))}\n${upOutput.join("\n")}`,
      );
    },
    fix: async (cause, code) => {
      const offer = cause.fixes.find((fix) => fix.code === code);
      if (!offer)
        throw new Error(`${cause.code} has no ${code} but ${cause.fixes.map((fix) => fix.code).join(", ")}`);
      const { id } = offerFix(stateDir, place, offer);
      await applyFix(id, { stateDir, by, proofMs: 60_000 });
      upOutput = [];
      return id;
    },
    undo: async (id) => {
      await undoFix(id, { stateDir, by });
    },
    until: async (service, test) => {
      const deadline = Date.now() + 30_000;
      for (;;) {
        const run = await docker("inspect", "--format", "{{json .State}}", `${place.project}-${service}-1`);
        if (!run.failed && test(JSON.parse(run.stdout))) return;
        if (Date.now() > deadline) throw new Error(`${service} stays ${run.stdout}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

/** Runs the docker CLI; a failure is an answer. */
export function docker(...args: readonly string[]) {
  return execa("docker", [...args], { reject: false, stdin: "ignore" });
}

async function removeProject(project: string): Promise<void> {
  const label = `label=com.docker.compose.project=${project}`;
  const list = async (...args: string[]): Promise<string[]> =>
    (await docker(...args, "--filter", label)).stdout.split("\n").filter(Boolean);
  const containers = await list("ps", "--all", "--quiet");
  if (containers.length > 0) await docker("rm", "--force", "--volumes", ...containers);
  for (const kind of ["network", "volume"] as const)
    for (const id of await list(kind, "ls", "--quiet")) await docker(kind, "rm", id);
}
