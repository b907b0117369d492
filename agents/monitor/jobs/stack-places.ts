import { join } from "node:path";
import { notFound } from "../../../bus/kernel/errors.ts";
import { tellNames } from "../../../bus/kernel/similar-names.ts";
import type { ComposeEnvironment } from "../../../bus/messages/stack-jobs.ts";
import { StackName } from "../../../bus/messages/ticket.ts";
import { discoverStacks } from "../../../stacks/discover/discover.ts";
import type { Stack } from "../../../stacks/discover/stack.ts";
import { fixOverrideFiles } from "../../../stacks/fix/override-file.ts";
import type { LaunchPlace } from "../../../stacks/launch/place.ts";
import { readSayings } from "../../../stacks/project-file/project-reading.ts";
import { deployNameOf } from "../stack-service/deploy-name.ts";
import { toReading, type ProjectReading } from "../stack-service/project-reading.ts";
import { findElsewhere, wouldRunTwice, type Elsewhere } from "./elsewhere.ts";

export interface PlaceOptions {
  readonly root: string;
  readonly stateDir: string;
  /** Which files count; default: as ENVIRONMENT says. */
  readonly environment?: ComposeEnvironment | undefined;
}

/** A stack that can be launched where it stands. */
export interface LaunchStack {
  readonly place: LaunchPlace;
  /** Stacks that `dockfra.yaml` wants before it. */
  readonly after: readonly string[];
  /** Where its app answers, as `dockfra.yaml` says. */
  readonly url?: string;
  /** Under which its releases are listed; absent where `dockfra.yaml` deploys it to another place than this engine. */
  readonly releases?: string;
  /** What runs it instead of Compose here. */
  readonly elsewhere?: Elsewhere;
}

/** Reads ROOT as a launch in an environment would find it. */
export async function readForLaunch({ root, stateDir, environment }: PlaceOptions): Promise<ProjectReading> {
  const sayings = await readSayings(root, stateDir);
  const options =
    environment === undefined ? sayings.options : { ...sayings.options, composeEnvironment: environment };
  return toReading(await discoverStacks(root, options), sayings);
}

/** Finds stacks by the name of their project, of `dockfra.yaml`, or their directory; all where none is named. @throws `stack_unknown` */
export function findLaunchStacks(
  reading: ProjectReading,
  names: readonly string[],
  stateDir: string,
): LaunchStack[] {
  const { stacks, root } = reading;
  // one more file of the same directory may give the same name: the first is the one that is meant there
  const found =
    names.length === 0
      ? stacks.filter((stack, index) => stacks.findIndex(({ name }) => name === stack.name) === index)
      : names.map((name) => requireStack(reading, name));
  return [...new Set(found)].map((stack) => {
    const deploy = deployNameOf(stack, reading);
    const url = deploy === undefined ? undefined : reading.project.deploy[deploy]?.url;
    const project =
      (deploy === undefined ? undefined : reading.project.deploy[deploy]?.project) ?? stack.name;
    const settings = Object.entries(reading.project.stacks);
    const [, own] =
      settings.find(([name, { dir }]) => name === stack.name || join(".", dir) === join(".", stack.dir)) ??
      [];
    return {
      after: own?.depends_on ?? [],
      place: {
        stack: stack.name,
        project,
        dir: join(root, stack.dir),
        files: [
          ...stack.files.map((file) => join(root, file)),
          ...fixOverrideFiles(
            stateDir,
            project,
            stack.services.map(({ name }) => name),
          ),
        ],
        envFiles: [...stack.envFiles.toReversed().map((file) => join(root, file)), join(stateDir, ".env")],
        profiles: stack.profiles,
        values: valuesFor(stack, reading),
      },
      ...(url === undefined ? {} : { url }),
      ...releasesOf(reading, stack, stateDir),
    };
  });
}

/** The name under which a stack's releases are listed; it goes by the name of its project too. */
export function listNameOf(reading: ProjectReading, name: string, stateDir: string): string {
  const stack = reading.stacks.find((one) => one.name === name);
  return (stack && releasesOf(reading, stack, stateDir).releases) ?? name;
}

/** The name of the list that has a stack's launches and deploys, or what runs it without launches. */
function releasesOf(
  reading: ProjectReading,
  stack: Stack,
  stateDir: string,
): Pick<LaunchStack, "releases" | "elsewhere"> {
  const elsewhere = findElsewhere(stack, reading, stateDir);
  if (elsewhere) return wouldRunTwice(stack, reading, elsewhere) ? { elsewhere } : {};
  const name = deployNameOf(stack, reading) ?? stack.name;
  return StackName.safeParse(name).success ? { releases: name } : {};
}

function requireStack(reading: ProjectReading, name: string): Stack {
  const found =
    reading.stacks.find((stack) => stack.name === name) ??
    reading.stacks.find((stack) => deployNameOf(stack, reading) === name) ??
    reading.stacks.find((stack) => stack.dir === name.replace(/^\.\//, "").replace(/\/$/, ""));
  if (found) return found;
  const known = tellNames(
    name,
    reading.stacks.map((stack) => stack.name),
  );
  throw notFound("stack_unknown", `No stack "${name}" below ${reading.root}. There is: ${known}.`, {
    params: { stack: name, known, root: reading.root },
  });
}

/** What has to be handed over beside the env files: values of `dockfra.yaml` and of the environment. */
function valuesFor(stack: Stack, { variables }: ProjectReading): Record<string, string> {
  const used = new Set([...stack.variables.map(({ name }) => name), ...stack.inherited]);
  return Object.fromEntries(
    variables
      .filter(({ name, source }) => used.has(name) && (source === "project_file" || source === "environment"))
      .flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  );
}
