import { DockfraError } from "../../../bus/kernel/errors.ts";
import { overrideFile } from "../../fix/override-file.ts";
import type { StackPlace } from "../../fix/plan.ts";
import { belongingsOf } from "../../launch/resolved-project.ts";
import type { LaunchPlace } from "../../launch/place.ts";
import type { EngineHoldings, PreflightFacts, StackFacts, VariableFacts } from "../facts.ts";
import type { ResolvedModel } from "../resolved-model.ts";
import { readWrittenModel } from "../written-model.ts";
import { lookAtEngine } from "./engine-look.ts";
import { fewAtOnce } from "../../processes/few-at-once.ts";
import { lookAtImages } from "./image-look.ts";
import { lookAtDisk, lookAtPlaces } from "./place-look.ts";
import { lookAtWantedPorts, type PortLook } from "./port-look.ts";
import { resolveForPreflight, standIn } from "./resolve.ts";

/** A stack that is to start, with the values that it lacks. */
export interface StackToCheck {
  readonly place: LaunchPlace;
  /** Required ones. */
  readonly missing: readonly string[];
  /** Those that Compose leaves empty. */
  readonly empty?: readonly string[];
  /** What Compose made of it already. */
  readonly model?: ResolvedModel;
}

export interface GatherOptions {
  /** A real path. */
  readonly root: string;
  readonly stateDir: string;
  readonly stacks: readonly StackToCheck[];
  readonly variables: ReadonlyMap<string, VariableFacts>;
  readonly lookAtPorts: PortLook;
  /** Subnets that the host reaches; only it can see them. */
  readonly lookAtRoutes: () => Promise<PreflightFacts["routes"]>;
  /** Networks that Dockfra makes before a launch. */
  readonly ownNetworks: readonly string[];
  /** Whether this runs in a container beside the engine, so that the machine's own files are not seen. */
  readonly inContainer: boolean;
  /** What the engine has, where that is known: nothing that takes its time is looked at then, as registries and disks. */
  readonly holdings?: EngineHoldings;
}

/** Gathers what the rules look at; without an engine what the files say. */
export async function gatherPreflight(options: GatherOptions): Promise<PreflightFacts> {
  const { root, stateDir, stacks, variables, inContainer, holdings } = options;
  const found = await fewAtOnce(stacks, 4, (stack) => toStackFacts(stack, options));
  const routes = holdings ? [] : await options.lookAtRoutes();
  const bare = {
    ...{ root, stateDir, variables, routes, stacks: found.map(({ facts }) => facts) },
    made: madeBy(
      found.map(({ facts }) => facts),
      options.ownNetworks,
    ),
  };
  const failure = found.find(({ problem }) => problem !== undefined)?.problem;
  const engine = holdings
    ? { value: { ...noVersions, ...holdings } }
    : failure === undefined
      ? await orProblem(() => lookAtEngine(inContainer))
      : { problem: failure };
  const models = bare.stacks.flatMap(({ model }) => model ?? []);
  const ports = await lookAtWantedPorts(bare.stacks, options.lookAtPorts);
  const paths = lookAtPlaces(models, inContainer ? [root] : undefined);
  if (engine.value === undefined)
    return {
      ...bare,
      ports,
      paths,
      images: new Map(),
      ...(engine.problem ? { engineProblem: engine.problem } : {}),
    };
  if (holdings) return { ...bare, engine: engine.value, ports, paths, images: new Map() };
  const [images, disk] = await Promise.all([
    lookAtImages(imagesOf(bare.stacks), engine.value.platform),
    lookAtDisk(inContainer),
  ]);
  return { ...bare, engine: engine.value, ports, paths, images, ...(disk === undefined ? {} : { disk }) };
}

/** Of what is no version nothing is said. */
const noVersions = { version: "", composeVersion: "", platform: "" };

interface Found {
  readonly facts: StackFacts;
  readonly problem?: NonNullable<PreflightFacts["engineProblem"]>;
}

async function toStackFacts(
  { place, missing, empty = [], model }: StackToCheck,
  { root, stateDir, variables }: GatherOptions,
): Promise<Found> {
  const own = toStackPlace(place, stateDir);
  const written = readWrittenModel(root, own);
  const resolution = await orProblem(async () =>
    model
      ? { model }
      : resolveForPreflight({ place, missing, written, lookup: (name) => variables.get(name)?.value }),
  );
  return {
    facts: {
      ...{ name: place.stack, place: own, missing, empty },
      ...(written === undefined ? {} : { written }),
      ...resolution.value,
    },
    ...(resolution.problem === undefined ? {} : { problem: resolution.problem }),
  };
}

/** The stack without the generated override of fixes, which each user of a place adds for itself. */
function toStackPlace(
  { project, dir, files, envFiles, profiles }: LaunchPlace,
  stateDir: string,
): StackPlace {
  const generated = overrideFile(stateDir, project);
  return {
    ...{ project, dir, envFiles: [...envFiles], profiles: [...profiles] },
    files: files.filter((file) => file !== generated),
  };
}

/** A missing engine is a finding, and not an end. */
async function orProblem<T>(
  work: () => Promise<T>,
): Promise<{ readonly value?: T; readonly problem?: Found["problem"] & object }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof DockfraError)) throw error;
    return { problem: { code: error.code, reason: String(error.params["reason"] ?? error.message) } };
  }
}

function madeBy(stacks: readonly StackFacts[], ownNetworks: readonly string[]): ReadonlySet<string> {
  const byStacks = stacks.flatMap(({ model }) => (model ? [...belongingsOf(toBelongings(model)).makes] : []));
  return new Set([...byStacks, ...ownNetworks.map((name) => `network ${name}`)]);
}

function toBelongings({
  networks,
  volumes,
}: NonNullable<StackFacts["model"]>): Parameters<typeof belongingsOf>[0] {
  const clean = <T extends { readonly external: boolean }>(all: Readonly<Record<string, T | null>>) =>
    Object.fromEntries(
      Object.entries(all).flatMap(([key, one]) => (one === null ? [] : [[key, one] as const])),
    );
  return { networks: clean(networks), volumes: clean(volumes) };
}

/** Images that are pulled, not built by one of the stacks. */
function imagesOf(stacks: readonly StackFacts[]): string[] {
  const services = stacks.flatMap(({ model }) => Object.values(model?.services ?? {}));
  const built = new Set(services.flatMap(({ build, image }) => (build ? (image ?? []) : [])));
  return services
    .flatMap(({ image, build }) => (image === undefined || build ? [] : [image]))
    .filter((image) => !built.has(image) && !image.includes(standIn));
}
