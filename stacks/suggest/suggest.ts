import type { QuestionOutput } from "../../bus/messages/questions.ts";
import type { DeclaredVariable } from "../variables/layer-input.ts";
import type { Detected } from "./host-finders.ts";
import type { SuggestionCode } from "./codes.ts";
import { hostKeyOf } from "./host-key.ts";
import { makeSecret } from "./random-secret.ts";
import { isOwnSecret, secretKindOf } from "./secret-kind.ts";

/** One value with where it comes from. */
export type Suggestion = QuestionOutput<"monitor.suggest">["suggestions"][number];

/** A value that the same name has elsewhere. */
export interface ValueElsewhere {
  readonly value: string;
  readonly stack: string;
  /** Relative to ROOT. */
  readonly file: string;
}

export interface SuggestRequest {
  readonly name: string;
  readonly secret: boolean;
  /** The value that counts now. */
  readonly value?: string;
  /** As the Compose file has it where nobody gives a value. */
  readonly default?: string;
  readonly declared?: DeclaredVariable;
  /** What other stacks have under this name. */
  readonly siblings: readonly ValueElsewhere[];
  /** What `.env.example` files have under this name. */
  readonly examples: readonly ValueElsewhere[];
  /** Ports that other variables and services have. */
  readonly portsInUse: readonly number[];
}

export interface SuggestSources {
  /** Asks the host; a host that does not answer suggests nothing. */
  readonly detect: (key: string) => Promise<Detected>;
  /** A free port of this machine at or above one, that is none of the others. */
  readonly findFreePort: (from: number, others: readonly number[]) => Promise<number | undefined>;
}

const mostSuggestions = 50;
const usualPort = 8080;

/** Gathers what this machine and this project suggest for a variable, the best first, each value once. */
export async function suggestValues(request: SuggestRequest, sources: SuggestSources): Promise<Suggestion[]> {
  const lists = [
    ofSecret(request),
    await ofPort(request, sources),
    await ofHost(request, sources),
    ofElsewhere(request.siblings, "from_sibling_stack", request.secret),
    ofExamples(request),
    ofOptions(request),
    ofDefault(request),
  ];
  const found = lists.flat().filter(({ value }) => value !== "" && value.length <= 32_768);
  return found
    .filter(({ value }, index) => found.findIndex((one) => one.value === value) === index)
    .slice(0, mostSuggestions);
}

function ofSecret({ name, secret, declared }: SuggestRequest): Suggestion[] {
  const isSecret = secret || declared?.type === "password";
  if (!isSecret || !isOwnSecret(name)) return [];
  const { alphabet, length } = secretKindOf(name);
  const value = makeSecret(name);
  return [
    {
      ...{ value, label: `${value.length} random characters`, code: "from_random", secret: true },
      params: { alphabet, length },
    },
  ];
}

async function ofPort(
  { name, declared, value, default: written, portsInUse }: SuggestRequest,
  { findFreePort }: SuggestSources,
): Promise<Suggestion[]> {
  if (declared?.type !== "port" && !/(?:^|_)PORT$/.test(name)) return [];
  const wanted = [value, written, declared?.placeholder]
    .map(Number)
    .find((port) => port >= 1 && port <= 65_535);
  const from = wanted ?? usualPort;
  const port = await findFreePort(from, portsInUse);
  if (port === undefined) return [];
  return [
    {
      ...{ value: String(port), label: String(port), code: "from_free_port", secret: false },
      params: { wanted: from, port },
    },
  ];
}

async function ofHost(
  { name, secret, declared }: SuggestRequest,
  { detect }: SuggestSources,
): Promise<Suggestion[]> {
  const said = typeof declared?.autodetect === "string" ? declared.autodetect : undefined;
  if (declared?.autodetect === false) return [];
  const known =
    hostKeyOf(said ?? name) ?? (said === undefined ? undefined : { key: said, code: "from_host" });
  if (known === undefined) return [];
  const { value, options } = await detect(known.key);
  const all = value === undefined ? options : [...options.filter((one) => one.value === value), ...options];
  return [
    ...(value === undefined || options.some((one) => one.value === value) ? [] : [{ value, label: value }]),
    ...all,
  ].map((one) => {
    const file = one.label.startsWith("~/") && one.label !== one.value ? one.label : undefined;
    return {
      value: one.value,
      label: secret ? one.label : one.label.slice(0, 300),
      code: file === undefined ? known.code : "from_file",
      params: { key: name, ...(file === undefined ? {} : { file }) },
      secret,
    };
  });
}

function ofElsewhere(found: readonly ValueElsewhere[], code: SuggestionCode, secret: boolean): Suggestion[] {
  return found.map(({ value, stack, file }) => ({
    value,
    label: secret ? `as in ${stack}` : value.slice(0, 300),
    code,
    params: { stack, file },
    secret,
  }));
}

/** What an example has for a secret is known to everybody. */
function ofExamples({ examples, secret }: SuggestRequest): Suggestion[] {
  const useful = examples.filter(
    ({ value }) => !/^(?:change[-_ ]?me|your[-_ ]|xxx|<.*>$|todo|example$)/i.test(value),
  );
  return secret ? [] : ofElsewhere(useful, "from_example_file", false);
}

function ofOptions({ declared, secret }: SuggestRequest): Suggestion[] {
  return (declared?.options ?? []).map((option) => ({
    value: String(option),
    label: String(option).slice(0, 300),
    code: "from_options",
    params: {},
    secret,
  }));
}

function ofDefault({ default: written, secret }: SuggestRequest): Suggestion[] {
  if (written === undefined || secret || written.includes("$")) return [];
  return [{ value: written, label: written.slice(0, 300), code: "from_default", params: {}, secret: false }];
}
