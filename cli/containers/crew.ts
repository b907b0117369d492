import type { ErrorParams } from "../../bus/kernel/errors.ts";
import { unavailable } from "../../bus/kernel/errors.ts";
import type { Logger } from "../../bus/kernel/log.ts";
import { runDocker } from "../../stacks/targets/compose/docker-cli.ts";
import { formatDuration } from "../../terminal/time.ts";
import { startBlueprint, writeComposeEnv } from "./blueprints.ts";
import { createContainerWatch } from "./container-watch.ts";
import { crewEnv, crewStacks, servicesOf } from "./crew-services.ts";
import { openDoors, type Doors } from "./doors.ts";
import type { Engine } from "./engine.ts";
import { followEngine } from "./engine-events.ts";
import type { HostPort } from "./host-ports.ts";
import { ensureImages, roleTargets } from "./images.ts";
import { ensureNetworks } from "./networks.ts";
import { listContainers, type OwnContainer } from "./own-objects.ts";
import { stopOwn } from "./own-stacks.ts";
import { placeKeys } from "./role-keys.ts";
import { prepareRolePlaces } from "./role-places.ts";

export interface CrewOptions {
  readonly root: string;
  readonly stateDir: string;
  readonly prefix: string;
  readonly engine: Engine;
  readonly ports: Readonly<Record<HostPort, number>>;
  readonly profiles: readonly string[];
  /** Directory of the bus' seeds. */
  readonly credsDir: string;
  /** Port of the page, for the desktop. */
  readonly pagePort: number;
  /** A bus of the user's own that containers reach by its address. */
  readonly servers?: string;
  readonly log: Logger;
  /** Tells on the feed, now or as soon as there is one; must not throw. */
  readonly tell: (code: string, params: ErrorParams) => void;
  /** Says in a sentence what takes long or goes wrong; must not throw. */
  readonly onNote: (text: string) => void;
}

/** The containers of the roles while they run. */
export interface Crew {
  /** Opens the way to the bus. */
  lead(target: { readonly host: string; readonly port: number }): void;
  /** Resolves once every role is healthy. @throws `role_not_ready` */
  untilReady(options: {
    readonly signal: AbortSignal;
    readonly onReady: (part: string) => void;
  }): Promise<void>;
  /** Stops the containers, and removes them and their networks unless they are kept. */
  stop(options?: { readonly keep?: boolean }): Promise<void>;
}

const readyTimeoutMs = 60_000;

/**
 * Makes whatever the containers of the roles need, and starts them; each of them waits for the bus by itself.
 * @throws `docker_failed`, and what images, keys and blueprints fail with
 */
export async function startCrew(options: CrewOptions, signal: AbortSignal): Promise<Crew> {
  const { root, prefix, stateDir, engine, profiles, log, onNote } = options;
  const stopping = new AbortController();
  const cancel = AbortSignal.any([signal, stopping.signal]);
  const services = servicesOf(profiles);
  const watch = createContainerWatch({
    tell: options.tell,
    revive: ({ name, id }) => {
      log.info({ name }, "a container that Docker left is started again");
      void runDocker(["start", id], { timeoutMs: 30_000, signal: stopping.signal }).catch((error: unknown) =>
        log.warn({ err: error, name }, "a container could not be started again"),
      );
    },
    wasOutOfMemory: (id) => wasOutOfMemory(id, log),
  });
  let doors: Doors | undefined;
  const look = async (): Promise<OwnContainer[]> => {
    const containers = await listContainers(prefix);
    for (const { service, health } of containers) if (health === "healthy") watch.markHealthy(service);
    return containers;
  };
  const startOnce = async (): Promise<void> => {
    await Promise.all(
      crewStacks.map((stack) => startBlueprint({ stack, prefix, stateDir, profiles, signal: cancel })),
    );
  };
  const start = async (): Promise<void> => {
    try {
      await startOnce();
    } catch (error) {
      // somebody tidied up networks that nothing was on yet
      if (!/declared as external, but could not be found/.test(String(error))) throw error;
      await ensureNetworks({ prefix, root }, engine);
      await startOnce();
    }
  };
  const following = followEngine({
    prefix,
    signal: stopping.signal,
    log,
    onEvent: (event) => void watch.take(event),
    onLost: () => {
      onNote("the Docker engine does not answer: the roles are away until it does");
      options.tell("engine_lost", { prefix });
    },
    onBack: async () => {
      options.tell("engine_back", { prefix });
      onNote("the Docker engine answers again");
      await start();
      await look();
    },
  });
  const stop = async ({ keep = false } = {}): Promise<void> => {
    stopping.abort();
    await following;
    await stopOwn(prefix, { keep }).catch((error: unknown) =>
      log.warn({ err: error }, "the containers could not be stopped"),
    );
    await doors?.close();
  };

  try {
    const images = prepareImages(options, cancel);
    // whoever fails first ends the start, and the other one's failure is no surprise then
    images.catch(() => undefined);
    const [bridge] = await Promise.all([
      ensureNetworks({ prefix, root }, engine),
      placeKeys({ stateDir, prefix, engine, ports: options.ports }),
      prepareRolePlaces(options),
    ]);
    doors = await openDoors(bridge, log);
    doors.page.lead({ host: "127.0.0.1", port: options.pagePort });
    await writeComposeEnv(stateDir, crewEnv(options, doors));
    await images;
    await start();
    return {
      lead: (target) => doors?.bus.lead(target),
      untilReady: async ({ signal: given, onReady }) => {
        await look();
        const late = AbortSignal.any([given, AbortSignal.timeout(readyTimeoutMs)]);
        await Promise.all(
          services.map(async (service) => {
            await watch.untilHealthy([service], late);
            onReady(service.replace(/^ssh-/, ""));
          }),
        ).catch(async (error: unknown) => {
          if (given.aborted) throw error;
          throw await notReady(await listContainers(prefix), services);
        });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepareImages(options: CrewOptions, signal: AbortSignal): Promise<void> {
  const { prefix, root, profiles, onNote, log } = options;
  const { built, tookMs } = await ensureImages({
    prefix,
    root,
    targets: [...roleTargets, ...(profiles.includes("desktop") ? (["desktop"] as const) : [])],
    signal,
    onBuild: (images) => {
      onNote(`Builds the images ${images.join(", ")}; the first time takes a minute or two.`);
      options.tell("images_building", { images: images.join(", ") });
    },
    onLine: (line) => log.debug({ line }, "build"),
  });
  if (built.length === 0) return;
  onNote(`Built ${built.length} images in ${formatDuration(Math.round(tookMs))}.`);
  options.tell("images_built", { count: built.length, seconds: Math.round(tookMs / 1_000) });
}

async function wasOutOfMemory(id: string, log: Logger): Promise<boolean> {
  try {
    const run = await runDocker(["inspect", "--format", "{{.State.OOMKilled}}", id], { timeoutMs: 5_000 });
    return run.stdout.trim() === "true";
  } catch (error) {
    log.debug({ err: error, id }, "a container could not be looked at");
    return false;
  }
}

async function notReady(containers: readonly OwnContainer[], services: readonly string[]): Promise<Error> {
  const service = services.find(
    (name) => containers.find((container) => container.service === name)?.health !== "healthy",
  );
  const container = containers.find((known) => known.service === service);
  const name = container?.name ?? service ?? "a role";
  const logs =
    container === undefined
      ? undefined
      : await runDocker(["logs", "--tail", "3", container.id], { timeoutMs: 5_000 });
  const last = `${logs?.stdout ?? ""}\n${logs?.stderr ?? ""}`.trim().split("\n").at(-1)?.slice(0, 500) ?? "";
  const how = `${container?.status ?? "it was not made"}${last === "" ? "" : `; it said: ${last}`}`;
  return unavailable(
    "role_not_ready",
    `${name} did not get healthy within ${readyTimeoutMs / 1_000} s: ${how}. See: docker logs ${name}`,
    { params: { name, how, seconds: readyTimeoutMs / 1_000 }, retryable: false },
  );
}
