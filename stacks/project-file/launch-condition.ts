/** What a button's condition may ask. */
export const conditionKinds = [
  "stack_exists",
  "stack_running",
  "container_running",
  "ssh_roles_exist",
] as const;
export type ConditionKind = (typeof conditionKinds)[number];

/** One question, with the name that it is about. */
export interface ConditionTerm {
  readonly kind: ConditionKind;
  /** Of a stack or container; absent: any stack, or all roles. */
  readonly name?: string;
  readonly negated: boolean;
}

/** Alternatives, each a list of terms that must all hold. */
export type LaunchCondition = readonly (readonly ConditionTerm[])[];

/** What a condition is held against. */
export interface LaunchFacts {
  readonly stacks: readonly string[];
  readonly runningStacks: readonly string[];
  readonly runningContainers: readonly string[];
  /** Roles that answer over SSH. */
  readonly sshRoles: readonly string[];
}

export type ParsedCondition =
  | { readonly ok: true; readonly condition: LaunchCondition }
  | { readonly ok: false; readonly why: string };

const term =
  /^(not\s+|!\s*)?([a-z_]+)(?:\s*(?::\s*|=\s*|\(\s*)["']?([A-Za-z0-9][A-Za-z0-9_.-]{0,199})["']?\s*\)?|\(\s*\))?$/;

/**
 * Reads a condition: `stack_running:app`, `container_running(app-web-1)`, `ssh_roles_exist`, with `not`, `and`, `or`;
 * `and` binds tighter.
 */
export function parseLaunchCondition(text: string): ParsedCondition {
  const alternatives: ConditionTerm[][] = [];
  for (const alternative of text.split(/\s+or\s+|\|\|/)) {
    const terms: ConditionTerm[] = [];
    for (const part of alternative.split(/\s+and\s+|&&/)) {
      const read = toTerm(part.trim());
      if (typeof read === "string") return { ok: false, why: read };
      terms.push(read);
    }
    alternatives.push(terms);
  }
  return { ok: true, condition: alternatives };
}

function toTerm(text: string): ConditionTerm | string {
  const match = term.exec(text);
  const kind = conditionKinds.find((one) => one === match?.[2]);
  const name = match?.[3];
  if (kind === undefined)
    return `must be made of ${conditionKinds.join(", ")}, as in stack_running:app, and not of "${text.slice(0, 60)}"`;
  if (kind === "container_running" && name === undefined)
    return "container_running needs the name of a container, as in container_running:app-web-1";
  return { kind, negated: match?.[1] !== undefined, ...(name === undefined ? {} : { name }) };
}

/** Whether a condition holds now. */
export function isConditionMet(condition: LaunchCondition, facts: LaunchFacts): boolean {
  return condition.some((terms) => terms.every((one) => holds(one, facts) !== one.negated));
}

function holds({ kind, name }: ConditionTerm, facts: LaunchFacts): boolean {
  const among = {
    stack_exists: facts.stacks,
    stack_running: facts.runningStacks,
    container_running: facts.runningContainers,
    ssh_roles_exist: facts.sshRoles,
  }[kind];
  return name === undefined ? among.length > 0 : among.includes(name);
}
