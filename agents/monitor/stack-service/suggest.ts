import { DockfraError } from "../../../bus/kernel/errors.ts";
import type { QuestionInput } from "../../../bus/messages/questions.ts";
import type { WorkerBus } from "../../../bus/ports/bus.ts";
import { findInExamples } from "../../../stacks/suggest/example-files.ts";
import {
  suggestValues,
  type Suggestion,
  type SuggestRequest,
  type SuggestSources,
  type ValueElsewhere,
} from "../../../stacks/suggest/suggest.ts";
import { isSecretName } from "../../../stacks/variables/secrets.ts";
import type { ProjectReading } from "./project-reading.ts";
import { createFilling } from "./project-view.ts";
import { publishedPorts } from "./published-ports.ts";
import { findSecretValues } from "./secret-values.ts";

type Asking = Pick<WorkerBus, "question">;

export interface SuggestOptions {
  readonly bus: Asking & Pick<WorkerBus, "serveQuestion">;
  readonly read: () => Promise<ProjectReading>;
  readonly signal: AbortSignal;
}

/** Answers `monitor.suggest`: what this machine and this project have for a variable, each with where it comes from. */
export async function serveSuggest({ bus, read, signal }: SuggestOptions): Promise<void> {
  await bus.serveQuestion(
    "monitor.suggest",
    async (input) => {
      const { key } = input as QuestionInput<"monitor.suggest">;
      return { suggestions: await suggestFor(key, await read(), bus) };
    },
    signal,
  );
}

/** Suggests values for a variable of a project, or for one that nobody named yet. */
function suggestFor(name: string, reading: ProjectReading, bus: Asking): Promise<Suggestion[]> {
  return suggestValues(toRequest(name, reading), sourcesOf(bus));
}

/** How many ports the host is asked about at once. */
const portsPerLook = 40;

/** Asks the host; one that does not answer suggests nothing. */
export function sourcesOf(bus: Asking): SuggestSources {
  return {
    detect: async (key) => (await unlessDown(() => bus.question("host.detect", { key }))) ?? { options: [] },
    findFreePort: async (from, others) => {
      const candidates = Array.from({ length: portsPerLook }, (_, index) => from + index);
      const ports = candidates.filter((port) => port <= 65_535 && !others.includes(port));
      if (ports.length === 0) return undefined;
      const seen = await unlessDown(() => bus.question("host.ports", { ports }));
      return seen?.ports.find(({ free }) => free)?.port;
    },
  };
}

/** What the host says; `undefined` while it does not answer. */
export async function unlessDown<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DockfraError && error.code === "host_down") return undefined;
    throw error;
  }
}

function toRequest(name: string, reading: ProjectReading): SuggestRequest {
  const variable = reading.variables.find((one) => one.name === name);
  const { value, default: written, declared } = variable ?? {};
  return {
    name,
    secret: variable?.secret ?? isSecretName(name),
    ...(value === undefined ? {} : { value }),
    ...(written === undefined ? {} : { default: written }),
    ...(declared === undefined ? {} : { declared }),
    siblings: siblingsOf(name, reading).filter((one) => one.value !== value),
    examples: findInExamples(reading.root, reading.stacks, name),
    portsInUse: portsInUse(name, reading),
  };
}

/** What the stacks' own `.env` files and defaults have under a name. */
function siblingsOf(name: string, { stacks, values }: ProjectReading): ValueElsewhere[] {
  return stacks.flatMap((stack) => {
    const main = stack.files[0] ?? "";
    const own = values.get(main)?.get(name);
    const written = stack.variables.find((one) => one.name === name)?.default;
    const literal = written?.includes("$") === true ? undefined : written;
    return [
      ...(own === undefined || own === "" ? [] : [{ value: own, file: stack.envFiles[0] ?? main }]),
      ...(literal === undefined || literal === "" ? [] : [{ value: literal, file: main }]),
    ].map((one) => ({ ...one, stack: stack.name }));
  });
}

/** Ports that other variables say, and that services publish. */
function portsInUse(name: string, { stacks, variables }: ProjectReading): number[] {
  const others = variables.filter((one) => one.name !== name);
  const said = others.filter((one) => one.declared?.type === "port" || /(?:^|_)PORT$/.test(one.name));
  const fill = createFilling(others, findSecretValues(others));
  const published = stacks.flatMap(({ services }) =>
    services.flatMap(({ ports = [] }) =>
      ports.filter((spec) => !spec.includes(name)).flatMap((spec) => publishedPorts(fill(spec))),
    ),
  );
  return [...said.map(({ value }) => Number(value)).filter((port) => Number.isInteger(port)), ...published];
}
