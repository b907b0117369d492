import type { ServiceProgress } from "../../bus/messages/stack-jobs.ts";
import { parseProgressLine, type ProgressEvent } from "./progress-line.ts";
import type { ResolvedProject } from "./resolved-project.ts";

type Step = ServiceProgress["step"];

export interface TrackerOptions {
  readonly stack: string;
  readonly project: Pick<ResolvedProject, "name" | "services">;
  readonly onStep: (progress: ServiceProgress) => void;
  /** Gets what people read; must not throw. */
  readonly onLine: (line: string, service?: string) => void;
}

/** What Compose says of a container, and the step that it is in then. */
const containerSteps: Readonly<Record<string, Step>> = {
  Creating: "create",
  Created: "create",
  Recreate: "create",
  Recreated: "create",
  Starting: "start",
  Started: "start",
  Restarting: "start",
  Running: "start",
  Waiting: "start",
  Healthy: "healthy",
  Stopping: "stop",
  Stopped: "stop",
  Removing: "stop",
  Removed: "stop",
};
/** Steps in which Compose only waits for what it told before. */
const quiet = new Set(["Waiting", "Healthy", "Running"]);

/** Follows what `docker compose` writes: a step for each service, and lines for people. */
export class StepTracker {
  readonly #options: TrackerOptions;
  readonly #builds: readonly string[];
  readonly #vertexes = new Map<string, string | undefined>();
  readonly #layers = new Map<string, Map<string, { current: number; total: number }>>();
  readonly #toldBuilds = new Set<string>();
  readonly #partial = new Map<string, string>();
  #error: string | undefined;

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#builds = Object.entries(options.project.services)
      .filter(([, service]) => service.build !== undefined && service.build !== null)
      .map(([name]) => name);
  }

  /** What Compose said went wrong, last. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Takes one line of its output. */
  take(line: string): void {
    for (const event of parseProgressLine(line)) this.#take(event);
  }

  #take(event: ProgressEvent): void {
    switch (event.kind) {
      case "object":
        return this.#object(event);
      case "layer":
        return this.#layer(event);
      case "build":
        return this.#build(event);
      case "build-log":
        return this.#buildLog(event);
      case "error":
        this.#error = event.message;
        return this.#options.onLine(event.message);
      case "text":
        return this.#options.onLine(event.text);
    }
  }

  #object({ id, status, text }: Extract<ProgressEvent, { kind: "object" }>): void {
    const container = id.startsWith("Container ") ? id.slice("Container ".length) : undefined;
    const service = container === undefined ? this.#serviceOfImage(id) : this.#serviceOf(container);
    if (!quiet.has(status))
      this.#options.onLine([id, status.toLowerCase(), text].filter((word) => word !== "").join(" "), service);
    if (service === undefined) return;
    if (container !== undefined) {
      const step = containerSteps[status];
      if (step !== undefined) this.#step(service, step, { detail: status });
    } else if (status === "Pulling") this.#step(service, "pull", { done: 0 });
    else if (status === "Pulled") this.#step(service, "pull", { done: 1 });
    else if (status === "Building") this.#step(service, "build", { done: 0 });
    else if (status === "Built") this.#step(service, "build", { done: 1 });
    else if (status === "Error") this.#step(service, "failed", { detail: text });
  }

  #layer({ service, layer, status, current, total }: Extract<ProgressEvent, { kind: "layer" }>): void {
    const name = this.#serviceOfImage(service);
    if (name === undefined) return;
    const layers = this.#layers.get(service) ?? new Map<string, { current: number; total: number }>();
    this.#layers.set(service, layers);
    const known = layers.get(layer) ?? { current: 0, total: 0 };
    if (/^(?:Pull complete|Already exists|Download complete)/.test(status)) known.current = known.total;
    else if (status.startsWith("Downloading")) Object.assign(known, { current, total });
    layers.set(layer, known);
    const sizes = [...layers.values()];
    const whole = sizes.reduce((sum, one) => sum + one.total, 0);
    const got = sizes.reduce((sum, one) => sum + Math.min(one.current, one.total), 0);
    this.#step(name, "pull", whole > 0 ? { done: got / whole } : {});
  }

  #build({ vertex, name, error }: Extract<ProgressEvent, { kind: "build" }>): void {
    const words = /^\[([^\]]*)\]/.exec(name)?.[1]?.split(" ") ?? [];
    const service =
      this.#builds.length === 1 ? this.#builds[0] : this.#builds.find((one) => one === words[0]);
    this.#vertexes.set(vertex, service);
    if (error !== undefined) this.#options.onLine(`${name}: ${error}`, service);
    if (words.includes("internal") || service === undefined) return;
    if (!this.#toldBuilds.has(vertex)) this.#options.onLine(name, service);
    this.#toldBuilds.add(vertex);
    const [at, of] = (words.at(-1) ?? "").split("/").map(Number);
    const known = at !== undefined && of !== undefined && of > 0 && at <= of;
    this.#step(service, error === undefined ? "build" : "failed", {
      ...(known ? { done: (at - 1) / of } : {}),
      detail: error ?? name,
    });
  }

  /** Output comes in pieces that end anywhere. */
  #buildLog({ vertex, text }: Extract<ProgressEvent, { kind: "build-log" }>): void {
    const lines = ((this.#partial.get(vertex) ?? "") + text).split("\n");
    this.#partial.set(vertex, (lines.pop() ?? "").slice(-4_000));
    for (const line of lines) this.#options.onLine(line, this.#vertexes.get(vertex));
  }

  #step(service: string, step: Step, more: Pick<ServiceProgress, "done" | "detail">): void {
    const { stack, onStep } = this.#options;
    const { detail } = more;
    onStep({
      stack,
      service,
      step,
      ...more,
      ...(detail === undefined ? {} : { detail: detail.slice(0, 500) }),
    });
  }

  /** Pulls are told by service, builds by service or by the image's name. */
  #serviceOfImage(id: string): string | undefined {
    const { name, services } = this.#options.project;
    if (Object.hasOwn(services, id)) return id;
    return Object.entries(services).find(
      ([service, { image }]) => id === image || id === `Image ${image}` || id === `${name}-${service}`,
    )?.[0];
  }

  #serviceOf(container: string): string | undefined {
    const { name, services } = this.#options.project;
    const named = Object.entries(services).find(([, one]) => one.container_name === container)?.[0];
    if (named !== undefined) return named;
    const service = new RegExp(String.raw`^${name}-(.+)-\d+$`).exec(container)?.[1];
    return service !== undefined && Object.hasOwn(services, service) ? service : undefined;
  }
}
