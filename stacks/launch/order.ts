/** A stack as far as the order of starts depends on it. */
export interface OrderedStack {
  readonly name: string;
  /** Networks and volumes that it makes. */
  readonly makes: ReadonlySet<string>;
  /** Networks and volumes of others that it is on. */
  readonly needs: ReadonlySet<string>;
  /** Stacks that `dockfra.yaml` wants before it. */
  readonly after: readonly string[];
}

/** Stacks in an order in which each finds what it needs; those in `circle` wait for each other and come last. */
export interface StartOrder<S extends OrderedStack> {
  readonly stacks: readonly S[];
  readonly circle: readonly string[];
}

/** Orders stacks so that who makes a network or volume comes before who is on it; otherwise the given order stays. */
export function orderStacks<S extends OrderedStack>(given: readonly S[]): StartOrder<S> {
  const waiting = [...given];
  const stacks: S[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex((one) => !waiting.some((other) => isBefore(other, one)));
    if (next < 0) break;
    stacks.push(...waiting.splice(next, 1));
  }
  return { stacks: [...stacks, ...waiting], circle: waiting.map(({ name }) => name) };
}

function isBefore(first: OrderedStack, then: OrderedStack): boolean {
  if (first === then) return false;
  return then.after.includes(first.name) || [...then.needs].some((name) => first.makes.has(name));
}
