import { childOf, isMapping, isSequence, textOf } from "./nodes.ts";
import type { Node } from "./nodes.ts";

export type ServiceNodes = ReadonlyMap<string, Node>;

/** A service that another needs, and where that is said. */
export interface Dependency {
  readonly name: string;
  readonly node: Node;
}

/** Lists the services that a service needs, by `depends_on`, links, shared namespaces and volumes. */
export function dependenciesOf(service: Node): readonly Dependency[] {
  return [
    ...declared(childOf(service, "depends_on")),
    ...listed(childOf(service, "links")),
    ...listed(childOf(service, "volumes_from")).filter(({ name }) => name !== "container"),
    ...shared(service),
  ];
}

/** Finds one circle of services that wait for each other, its first member again at the end. */
export function findDependencyCycle(services: ServiceNodes): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of services.keys()) {
    const cycle = follow(start, services, done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function follow(start: string, services: ServiceNodes, done: Set<string>): readonly string[] | undefined {
  // a stack of our own: a chain may be longer than the call stack
  const trail: { readonly name: string; readonly next: string[] }[] = [];
  const enter = (name: string): void => {
    const service = services.get(name);
    trail.push({ name, next: service === undefined ? [] : dependenciesOf(service).map((one) => one.name) });
  };
  if (!done.has(start)) enter(start);
  const open = new Set([start]);
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const name = top.next.pop();
    if (name === undefined) {
      trail.pop();
      open.delete(top.name);
      done.add(top.name);
    } else if (open.has(name)) {
      const names = trail.map((one) => one.name);
      return [...names.slice(names.indexOf(name)), name];
    } else if (!done.has(name) && services.has(name)) {
      open.add(name);
      enter(name);
    }
  }
  return undefined;
}

function declared(node: Node | undefined): readonly Dependency[] {
  if (!isMapping(node)) return items(node).map(([name, item]) => ({ name, node: item }));
  return [...node.entries]
    .filter(([, condition]) => {
      const required = childOf(condition, "required");
      return !(required?.kind === "scalar" && required.value === false);
    })
    .map(([name, condition]) => ({ name, node: condition }));
}

function listed(node: Node | undefined): readonly Dependency[] {
  return items(node).map(([text, item]) => ({ name: text.split(":", 1)[0] ?? text, node: item }));
}

function shared(service: Node): readonly Dependency[] {
  return ["network_mode", "ipc", "pid", "uts", "cgroup"].flatMap((key) => {
    const node = childOf(service, key);
    const text = textOf(node);
    if (node === undefined || text?.startsWith("service:") !== true) return [];
    return [{ name: text.slice("service:".length), node }];
  });
}

function items(node: Node | undefined): readonly (readonly [string, Node])[] {
  const list = isSequence(node) ? node.items : [];
  return list.flatMap((item) => {
    const text = textOf(item);
    return text === undefined ? [] : [[text, item] as const];
  });
}
