import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ErrorInfo } from "../../../bus/kernel/errors.ts";
import type { ProgramRun } from "../../processes/program-run.ts";
import type { DeployOptions } from "../target.ts";
import type { ComposeProject, ProjectContainer } from "./compose-project.ts";
import type { ComposeSpec } from "./compose-revision.ts";
import type { Revision } from "./compose-state.ts";
import { isUp, isUpAs, type ContainerView } from "./containers.ts";
import { findUnchanged } from "./sealed-revision.ts";
import { lastWords } from "./docker-cli.ts";
import { explainUp } from "./up-failure.ts";
import { namedParts } from "../../discover/named-parts.ts";

export interface RolloutContext {
  readonly stack: string;
  readonly spec: ComposeSpec;
  readonly project: ComposeProject;
  /** Notes the docker command at work. */
  readonly onStarted: (pid: number) => void;
}

/** How long both answer before the old one goes. */
const drainMs = 3_000;
/** Building may take long where nothing is cached. */
const buildTimeoutMs = 30 * 60_000;

/** Builds and gets the images of a revision while what runs goes on; gives the reason where that fails. */
export async function stageImages(
  { stack, project, onStarted }: RolloutContext,
  revision: Revision,
  { signal, onProgress }: DeployOptions,
): Promise<ErrorInfo | undefined> {
  const options = {
    ...{ timeoutMs: buildTimeoutMs, onStarted },
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onLine: onProgress } : {}),
  };
  const built = await project.build(revision, options);
  if (built.exitCode !== 0) return explainUp(stack, built, []);
  const missing = await findMissing(project, revision);
  if (missing.length === 0) return undefined;
  const pulled = await project.pull(revision, missing, options);
  if (pulled.exitCode !== 0) return explainUp(stack, pulled, []);
  return undefined;
}

/** Services whose image is not here; Compose's own idea of "missing" has it get every `latest` again. */
async function findMissing(project: ComposeProject, revision: Revision): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(readServices(revision)).map(async ([name, { image }]) => {
      const isHere = image === undefined || (await project.imageId(image)) !== undefined;
      return isHere ? [] : [name];
    }),
  );
  return found.flat();
}

/** Replaces what runs by a revision whose images are there; gives the reason where it does not come up. */
export async function bringUp(
  context: RolloutContext,
  revision: Revision,
  options: DeployOptions,
): Promise<ErrorInfo | undefined> {
  const { stack, project } = context;
  const run = project.rollsItself
    ? await project.up(revision, upOptions(context, options))
    : ((await rollServices(context, revision, options)) ?? (await upAll(context, revision, options)));
  if (run.exitCode === 0) return undefined;
  if (project.rollsItself) return explainUp(stack, run, await project.containers());
  const containers = await waitWhileStarting(context, options);
  // --wait counts a job that ended well as a failure
  const isThere = revision.mark
    ? isUpAs(revision.mark, containers)
    : isUp(containers) && lastWords(run).endsWith(" exited (0)");
  if (!run.cancelled && !run.timedOut && isThere) return undefined;
  return explainUp(stack, run, containers);
}

/** Beside a job that ended well, --wait waits for nobody. */
async function waitWhileStarting(
  { spec, project }: RolloutContext,
  { signal }: DeployOptions,
): Promise<ContainerView[]> {
  const untilMs = performance.now() + spec.healthTimeoutMs;
  for (;;) {
    const containers = await project.containers();
    const has = (wanted: ContainerView["condition"]): boolean =>
      containers.some(({ condition }) => condition === wanted);
    const isOver = !has("done") || !has("starting") || has("failed") || has("unhealthy");
    if (isOver || signal?.aborted || performance.now() > untilMs) return containers;
    await sleep(250);
  }
}

async function upAll(
  context: RolloutContext,
  revision: Revision,
  options: DeployOptions,
): Promise<ProgramRun> {
  const { project } = context;
  const isSealed = revision.sealed !== undefined && revision.files.includes(revision.sealed);
  const unchanged = isSealed ? await findUnchanged(revision, project) : [];
  const ended = new Set(
    (await project.containers()).flatMap(({ service, condition }) => (condition === "done" ? [service] : [])),
  );
  // a job that ended well as it is has nothing to do again
  const names = Object.keys(readServices(revision));
  const same = names.filter((name) => unchanged.includes(name) && !ended.has(name));
  const others = names.filter((name) => !unchanged.includes(name));
  if (unchanged.length === 0) return project.up(revision, upOptions(context, options));
  if (same.length === 0) return project.up(revision, { ...upOptions(context, options), services: others });
  // what is as it was is only started, so that a database does not restart for another's sake
  const kept = await project.up(revision, {
    ...upOptions(context, options),
    ...{ services: same, keepsContainers: true },
  });
  if (kept.exitCode !== 0 || others.length === 0) return kept;
  return project.up(revision, { ...upOptions(context, options), services: others });
}

/**
 * Replaces the containers of each service that can be, one by one: the next one answers before the last one goes. Gives the
 * command that failed.
 */
async function rollServices(
  context: RolloutContext,
  revision: Revision,
  options: DeployOptions,
): Promise<ProgramRun | undefined> {
  const { mark } = revision;
  if (mark === undefined) return undefined;
  const services = readServices(revision);
  for (const service of mark.services) {
    const way = wayToRoll(services[service], service === context.spec.proxy, context.spec);
    if (way === undefined) continue;
    const failed = await rollService(context, revision, { service, way, label: mark.label }, options);
    if (failed) return failed;
  }
  return undefined;
}

interface Roll {
  readonly service: string;
  readonly way: "start_first" | "stop_first";
  readonly label: string;
}

async function rollService(
  context: RolloutContext,
  revision: Revision,
  { service, way, label }: Roll,
  options: DeployOptions,
): Promise<ProgramRun | undefined> {
  const { project } = context;
  const found = (await project.inspect()).filter((container) => container.service === service);
  // what a release that failed left beside one that serves is in the way of waiting for health
  const broken = found.filter((container) => !container.serving && !hasLabel(container, label));
  if (found.some(({ serving }) => serving)) await project.removeContainers(broken.map(({ id }) => id));
  for (;;) {
    const all = (await project.inspect()).filter((container) => container.service === service);
    const old = all.filter((container) => container.running && !hasLabel(container, label));
    const [last] = old.slice(-1);
    if (last === undefined) return undefined;
    const stays = way === "start_first" ? old.length : old.length - 1;
    const count = stays + all.filter((container) => hasLabel(container, label)).length + 1;
    options.onProgress?.(`replacing one of ${old.length} old ${service}`);
    if (way === "stop_first") await project.removeContainers([last.id]);
    const up = { services: [service], keepsContainers: true, scale: { service, count } };
    const run = await project.up(revision, { ...upOptions(context, options), ...up });
    if (run.exitCode !== 0) return run;
    if (way === "stop_first") continue;
    // proxies look names up again after a while: until then they know the old address only
    await sleep(drainMs, undefined, options.signal ? { signal: options.signal } : {}).catch(() => undefined);
    await project.removeContainers([last.id]);
  }
}

function hasLabel({ labels }: ProjectContainer, label: string): boolean {
  const [key = "", value] = label.split("=");
  return labels[key] === value;
}

const Service = z.looseObject({
  image: z.string().optional(),
  container_name: z.string().optional(),
  network_mode: z.string().optional(),
  scale: z.coerce.number().optional(),
  deploy: z.looseObject({ replicas: z.coerce.number().optional() }).nullish(),
  ports: z.array(z.looseObject({ published: z.union([z.string(), z.number()]).optional() })).optional(),
  volumes: z
    .array(z.looseObject({ type: z.string().optional(), read_only: z.boolean().optional() }))
    .optional(),
  networks: z.record(z.string(), z.looseObject({ ipv4_address: z.string().optional() }).nullable()).nullish(),
});
type Service = z.infer<typeof Service>;
const Config = z.looseObject({ services: namedParts(Service).default({}) });

/** Removes containers that this release does not have, of those that were started with files in these directories. */
export async function removeStrangers(
  project: ComposeProject,
  dirs: readonly string[],
  revision: Revision,
): Promise<void> {
  if (revision.sealed === undefined) return;
  const wanted = readServices(revision);
  const strangers = (await project.inspect()).filter(
    ({ service, labels }) =>
      !Object.hasOwn(wanted, service) &&
      dirs.some((dir) => (labels["com.docker.compose.project.config_files"] ?? "").includes(`${dir}/`)),
  );
  await project.removeContainers(strangers.map(({ id }) => id));
}

/** The services of a sealed revision by name. */
function readServices({ sealed }: Revision): Record<string, Service> {
  return sealed === undefined ? {} : Config.parse(JSON.parse(readFileSync(sealed, "utf8"))).services;
}

/** How many containers of a service its configuration wants. */
function replicasOf({ deploy, scale }: Service): number {
  return deploy?.replicas ?? scale ?? 1;
}

/** Whether a service can be replaced while it answers, and how; a single one that owns data never runs twice. */
function wayToRoll(
  service: Service | undefined,
  isProxy: boolean,
  { proxy }: ComposeSpec,
): Roll["way"] | undefined {
  if (service === undefined || isProxy || service.container_name !== undefined) return undefined;
  const hasAddress = Object.values(service.networks ?? {}).some(
    (network) => network?.ipv4_address !== undefined,
  );
  const sharesNetwork = service.network_mode !== undefined && service.network_mode !== "bridge";
  if (hasAddress || sharesNetwork) return undefined;
  const isMany = replicasOf(service) > 1;
  const hasPorts = (service.ports ?? []).some(({ published }) => published !== undefined);
  if (hasPorts) return isMany ? "stop_first" : undefined;
  const ownsData = (service.volumes ?? []).some(
    ({ type, read_only: readOnly }) => type !== "tmpfs" && readOnly !== true,
  );
  return isMany || (proxy !== undefined && !ownsData) ? "start_first" : undefined;
}

function upOptions(
  { spec, onStarted }: RolloutContext,
  { signal, onProgress }: DeployOptions,
): Parameters<ComposeProject["up"]>[1] {
  return {
    waitMs: spec.healthTimeoutMs,
    onStarted,
    timeoutMs: 2 * spec.healthTimeoutMs + 60_000,
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onLine: onProgress } : {}),
  };
}
