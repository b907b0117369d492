import type { VariableFacts } from "./facts.ts";
import { scanReferences } from "../variables/references.ts";
import { substitute } from "../variables/templates.ts";
import type { WantedPort } from "./wanted-ports.ts";
import type { WrittenPlace } from "./written-model.ts";

/** Where a port comes from. */
export interface PortOrigin {
  readonly place: WrittenPlace;
  /** The variable that alone says it; absent where it is fixed in the file, or put together. */
  readonly variable?: string;
}

/** Finds the line of a port, and the variable that says it. */
export function writtenPortOf(
  { stack, service, port }: WantedPort,
  variables: ReadonlyMap<string, VariableFacts>,
): PortOrigin | undefined {
  for (const { host, place } of stack.written?.portsOf(service) ?? []) {
    const filled = substitute(host, (name) => variables.get(name)?.value);
    if (!filled.ok || !holdsPort(filled.text, port)) continue;
    const name = variableOf(host);
    return { place, ...(name === undefined ? {} : { variable: name }) };
  }
  return undefined;
}

/** Whether `127.0.0.1:8080`, `8080` or `8000-8100` has a port. */
function holdsPort(host: string, port: number): boolean {
  const [first, last = first] = (host.split(":").at(-1) ?? "").split("-").map(Number);
  return first !== undefined && last !== undefined && first <= port && port <= last;
}

/** The one variable that the whole port is. */
function variableOf(host: string): string | undefined {
  const pieces = scanReferences(host);
  const last = pieces.at(-1);
  if (last?.kind !== "reference" || last.reference.end !== host.length) return undefined;
  const { start, name, operator, word = "" } = last.reference;
  const isWhole = start === 0 || host.charAt(start - 1) === ":";
  // where the word is used because the variable is set, its value is no port
  if (!isWhole || operator?.endsWith("+") === true || word.includes("$")) return undefined;
  return name;
}
