import { existsSync } from "node:fs";
import { fixOverrideFiles } from "../../fix/override-file.ts";
import type { StackPlace } from "../../fix/plan.ts";
import { composeArgs } from "../../fix/stack-compose.ts";
import { fewAtOnce } from "../../processes/few-at-once.ts";
import { runDocker } from "../../targets/compose/docker-cli.ts";
import { ComposeModel } from "../compose-model.ts";
import type { Facts } from "../facts.ts";
import { addDetails } from "./container-details.ts";
import { inspectImages, lookAtEngine, type EngineLook } from "./engine-facts.ts";
import { lookAtPaths } from "./path-facts.ts";

/** Asks who holds ports of this machine; only the host can see it. */
export type PortLook = (ports: readonly number[]) => Promise<
  readonly {
    readonly port: number;
    readonly free: boolean;
    readonly holder?: string | undefined;
    readonly nextFree?: number | undefined;
  }[]
>;

export interface GatherOptions {
  /** The stack as people name it. */
  readonly stack: string;
  /** As it is on disk; what runs may have been started from elsewhere, and then that counts. */
  readonly place: StackPlace;
  /** `<root>/dockfra`. */
  readonly stateDir: string;
  /** What the last launch or deploy wrote. */
  readonly upOutput: readonly string[];
  /** Values that are stronger than those of the env files. */
  readonly values?: Readonly<Record<string, string>>;
  readonly lookAtPorts: PortLook;
  readonly writtenPorts?: Facts["writtenPorts"];
  readonly variables?: Facts["variables"];
  /** What happened to the project's containers in the last minutes. */
  readonly events?: Facts["events"];
  /** What was seen of the engine just now; absent, it is looked at. */
  readonly engine?: EngineLook;
}

const maxContainers = 200;

/** Gathers what rules look at. @throws `docker_missing`, `engine_unreachable` */
export async function gatherFacts(options: GatherOptions): Promise<Facts> {
  const { stack, stateDir } = options;
  const nowMs = Date.now();
  const engine = options.engine ?? (await lookAtEngine());
  const { networks, volumes, platform } = engine;
  const upOutput = [...options.upOutput, ...(engine.taskErrors.get(options.place.project) ?? [])];
  const { own, others } = engine.containersOf(options.place.project);
  const place = placeOf(options.place, own[0], stateDir);
  const [{ model, refusal }, containers] = await Promise.all([
    readModel(place, stateDir, options.values ?? {}),
    fewAtOnce(own.slice(0, maxContainers), 4, (container) => addDetails(container, nowMs)),
  ]);
  const names = Object.values(model?.services ?? {}).flatMap(({ image }) => image ?? []);
  const images = await inspectImages([...new Set([...names, ...containers.map(({ image }) => image)])]);
  const bare: Facts = {
    ...{ stack, place, nowMs, refusal, upOutput, containers, others, networks, volumes, images },
    enginePlatform: platform,
    ports: await askPorts(
      containers.flatMap(({ error }) => portsIn(error)),
      options.lookAtPorts,
    ),
    paths: new Map(),
    events: options.events ?? [],
    writtenPorts: options.writtenPorts ?? new Map(),
    variables: options.variables ?? new Map(),
    ...(model === undefined ? {} : { model }),
  };
  return { ...bare, paths: lookAtPaths(bare) };
}

/** What was deployed from a release runs from there, and is started again from there. */
function placeOf(
  place: StackPlace,
  container: { readonly workingDir: string | undefined; readonly configFiles: readonly string[] } | undefined,
  stateDir: string,
): StackPlace {
  const fixed = fixOverrideFiles(stateDir, place.project);
  const files = (container?.configFiles ?? []).filter((file) => !fixed.includes(file));
  const dir = container?.workingDir;
  if (dir === undefined || files.length === 0 || !files.every((file) => existsSync(file))) return place;
  return { ...place, dir, files };
}

/** Where Compose refuses the files, what can be read without filling anything in. */
async function readModel(
  place: StackPlace,
  stateDir: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly model?: ComposeModel; readonly refusal: string[] }> {
  if (place.files.length === 0) return { refusal: [] };
  const args = composeArgs(place, stateDir);
  const json = ["config", "--format", "json"];
  const run = await runDocker([...args, ...json], { timeoutMs: 30_000, env });
  if (run.exitCode === 0) return { ...toModel(run.stdout), refusal: [] };
  const lenient = ["--no-interpolate", "--no-env-resolution", "--no-consistency"];
  const again = await runDocker([...args, ...json, ...lenient], { timeoutMs: 30_000, env });
  return { ...(again.exitCode === 0 ? toModel(again.stdout) : {}), refusal: refusalIn(run.stderr) };
}

/** Of Compose's warnings those stay that may be why: variables in whose place it puts nothing. */
function refusalIn(stderr: string): string[] {
  return stderr.split("\n").flatMap((line) => {
    if (!/level=warning/.test(line)) return line.trim() === "" ? [] : [line];
    const unset = /The \\"(\w+)\\" variable is not set/.exec(line)?.[1];
    return unset === undefined ? [] : [`The variable ${unset} is not set.`];
  });
}

function toModel(text: string): { readonly model?: ComposeModel } {
  const parsed = ComposeModel.safeParse(JSON.parse(text));
  return parsed.success ? { model: parsed.data } : {};
}

async function askPorts(ports: readonly number[], look: PortLook): Promise<Facts["ports"]> {
  if (ports.length === 0) return new Map();
  const found = await look([...new Set(ports)].slice(0, 200));
  return new Map(
    found.map(({ port, holder, nextFree }) => [
      port,
      { ...(holder === undefined ? {} : { holder }), ...(nextFree === undefined ? {} : { nextFree }) },
    ]),
  );
}

function portsIn(error: string): number[] {
  return [...error.matchAll(/:(\d{2,5})\b/g)]
    .map(([, port]) => Number(port))
    .filter((port) => port > 0 && port < 65_536);
}
