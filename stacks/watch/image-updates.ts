import { DockfraError } from "../../bus/kernel/errors.ts";
import type { ServiceContainer } from "./container.ts";
import type { WatchEngine } from "./engine.ts";

export interface UpdateCheck {
  readonly signal: AbortSignal;
  /** Asks again what was asked lately, but not more than once a minute. */
  readonly isAsked?: boolean;
  /** Told once of each newer image; must not throw. */
  readonly onUpdate: (container: ServiceContainer) => void;
}

interface Known {
  readonly askedMs: number;
  /** Absent where the registry could not be asked. */
  readonly digest?: string;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** Registries limit how often they are asked. */
const maxImages = 200;

/** Knows whether registries have newer images than those that run; a registry that cannot be reached is no error. */
export class ImageUpdates {
  readonly #nowMs: () => number;
  /** By the name of the image. */
  readonly #registry = new Map<string, Known>();
  /** Digests under which an image was pulled, by its id. */
  readonly #pulled = new Map<string, readonly string[]>();
  readonly #told = new Set<string>();

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
  }

  /** Whether there is a newer image; undefined where that is not known. */
  hasUpdate({ image, imageId }: Pick<ServiceContainer, "image" | "imageId">): boolean | undefined {
    const digest = this.#registry.get(image)?.digest;
    const pulled = this.#pulled.get(imageId);
    if (digest === undefined || pulled === undefined || pulled.length === 0) return undefined;
    return !pulled.some((name) => name.endsWith(`@${digest}`));
  }

  /** Asks the registries for the images of these containers, each at most once an hour. @throws `engine_unreachable` */
  async check(
    engine: WatchEngine,
    containers: readonly ServiceContainer[],
    options: UpdateCheck,
  ): Promise<void> {
    const { signal, isAsked = false, onUpdate } = options;
    const byImage = Map.groupBy(containers.filter(isNamed), ({ image }) => image);
    this.#forget(new Set(byImage.keys()), new Set(containers.map(({ imageId }) => imageId)));
    for (const [image, users] of [...byImage].slice(0, maxImages)) {
      if (signal.aborted) return;
      for (const { imageId } of users) await this.#readPulled(engine, imageId, signal);
      // what was built here has no registry to be asked
      if (users.every(({ imageId }) => this.#pulled.get(imageId)?.length === 0)) continue;
      await this.#ask(engine, image, isAsked ? minuteMs : hourMs, signal);
      for (const user of users) if (this.hasUpdate(user) === true) this.#tellOnce(user, onUpdate);
    }
  }

  async #readPulled(engine: WatchEngine, imageId: string, signal: AbortSignal): Promise<void> {
    const known = this.#pulled.get(imageId);
    if (known !== undefined && known.length > 0) return;
    const digests = await unlessRefused(engine.pulledDigests(imageId, { signal }));
    this.#pulled.set(imageId, digests ?? []);
  }

  async #ask(engine: WatchEngine, image: string, everyMs: number, signal: AbortSignal): Promise<void> {
    const known = this.#registry.get(image);
    if (known && this.#nowMs() - known.askedMs < everyMs) return;
    const digest = (await unlessRefused(engine.registryDigest(image, { signal }))) ?? known?.digest;
    this.#registry.set(image, { askedMs: this.#nowMs(), ...(digest === undefined ? {} : { digest }) });
  }

  #tellOnce(container: ServiceContainer, onUpdate: UpdateCheck["onUpdate"]): void {
    const { project, service, image } = container;
    const what = JSON.stringify([project, service, this.#registry.get(image)?.digest]);
    if (this.#told.has(what)) return;
    this.#told.add(what);
    onUpdate(container);
  }

  #forget(images: ReadonlySet<string>, ids: ReadonlySet<string>): void {
    for (const image of this.#registry.keys()) if (!images.has(image)) this.#registry.delete(image);
    for (const id of this.#pulled.keys()) if (!ids.has(id)) this.#pulled.delete(id);
    if (this.#told.size > 2_000) this.#told.clear();
  }
}

/** Whether an image can change under its name: not one that is named by its digest. */
function isNamed({ image }: ServiceContainer): boolean {
  return !image.includes("@sha256:") && !/^(?:sha256:)?[0-9a-f]{12,64}$/.test(image);
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DockfraError && (error.code === "engine_refused" || error.code === "engine_lacks"))
      return undefined;
    throw error;
  }
}
