import { parsePattern, type PatternNode } from "./pattern-syntax.ts";
import { ToolRefusal } from "./tool.ts";

/** Says whether a line has a match somewhere; takes time in proportion to the line, whatever the pattern. */
export type LineTest = (line: string) => boolean;

type Step =
  | { readonly op: "take"; readonly test: (code: number) => boolean }
  | { readonly op: "either"; to: number; or: number }
  | { readonly op: "assert"; readonly kind: "start" | "end" | "word" | "noWord" }
  | { readonly op: "match" };

const maxSteps = 3_000;

/** Makes a test of a regular expression without back references and look-around, by following all its paths at once. @throws ToolRefusal */
export function createLinearPattern(
  source: string,
  { ignoreCase = false }: { ignoreCase?: boolean } = {},
): LineTest {
  const steps: Step[] = [];
  emit(steps, parsePattern(source, ignoreCase));
  steps.push({ op: "match" });
  const first = firstOf(steps);
  return (line) => run(steps, first, line);
}

function emit(steps: Step[], node: PatternNode): void {
  if (steps.length > maxSteps)
    throw new ToolRefusal("The pattern is too large. Write it with fewer repetitions.");
  switch (node.kind) {
    case "take":
      steps.push({ op: "take", test: node.test });
      return;
    case "assert":
      steps.push({ op: "assert", kind: node.which });
      return;
    case "all":
      for (const item of node.items) emit(steps, item);
      return;
    case "any": {
      const ends: { to: number; or: number; op: "either" }[] = [];
      for (const [index, item] of node.items.entries()) {
        const last = index === node.items.length - 1;
        const fork = { op: "either" as const, to: steps.length + 1, or: -1 };
        if (!last) steps.push(fork);
        emit(steps, item);
        if (last) continue;
        const end = { op: "either" as const, to: -1, or: -1 };
        steps.push(end);
        ends.push(end);
        fork.or = steps.length;
      }
      for (const end of ends) end.to = end.or = steps.length;
      return;
    }
    case "repeat": {
      for (let count = 0; count < node.min; count++) emit(steps, node.item);
      if (node.max === Number.POSITIVE_INFINITY) {
        const at = steps.length;
        const fork = { op: "either" as const, to: at + 1, or: -1 };
        steps.push(fork);
        emit(steps, node.item);
        steps.push({ op: "either", to: at, or: at });
        fork.or = steps.length;
        return;
      }
      const forks: { to: number; or: number; op: "either" }[] = [];
      for (let count = node.min; count < node.max; count++) {
        const fork = { op: "either" as const, to: steps.length + 1, or: -1 };
        steps.push(fork);
        forks.push(fork);
        emit(steps, node.item);
      }
      for (const fork of forks) fork.or = steps.length;
    }
  }
}

/** What a match can begin with, or `undefined` where it can begin with nothing at all. */
function firstOf(steps: readonly Step[]): ((code: number) => boolean)[] | undefined {
  const first: ((code: number) => boolean)[] = [];
  const seen = new Set<number>();
  const stack = [0];
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    const step = steps[index];
    if (seen.has(index) || step === undefined) continue;
    seen.add(index);
    if (step.op === "either") stack.push(step.to, step.or);
    else if (step.op === "take") first.push(step.test);
    else return undefined;
  }
  return first;
}

function run(steps: readonly Step[], first: ReturnType<typeof firstOf>, line: string): boolean {
  // the position at which a step was last entered, so that none is entered twice there
  const seenAt = new Int32Array(steps.length).fill(-1);
  let now: number[] = [];
  const stack: number[] = [];
  for (let at = 0; at <= line.length; at++) {
    if (first && now.length === 0) {
      while (at < line.length && !first.some((test) => test(line.charCodeAt(at)))) at++;
      if (at === line.length) return false;
    }
    const next: number[] = [];
    stack.push(0, ...now.toReversed());
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
      if (seenAt[index] === at) continue;
      seenAt[index] = at;
      const step = steps[index];
      if (step === undefined) continue;
      if (step.op === "match") return true;
      if (step.op === "either") stack.push(step.to, step.or);
      else if (step.op === "assert") {
        if (holds(step.kind, line, at)) stack.push(index + 1);
      } else if (at < line.length && step.test(line.charCodeAt(at))) next.push(index + 1);
    }
    now = next;
  }
  return false;
}

function holds(kind: "start" | "end" | "word" | "noWord", line: string, at: number): boolean {
  if (kind === "start") return at === 0;
  if (kind === "end") return at === line.length;
  const boundary = isWord(line.charCodeAt(at - 1)) !== isWord(line.charCodeAt(at));
  return kind === "word" ? boundary : !boundary;
}

/** Whether a character is one of `\w`; NaN, beyond the ends, is none. */
function isWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122)
  );
}
