import { childOf, isMapping, isNull, isSequence, textOf } from "./nodes.ts";
import type { MappingNode, Node } from "./nodes.ts";
import { ComposeProblem } from "./problems.ts";
import { isActive } from "./compose-variables.ts";
import { dependenciesOf, findDependencyCycle } from "./dependencies.ts";
import type { ServiceNodes } from "./dependencies.ts";
import { portMistake } from "./port-spec.ts";
import { isHostPath, splitVolume } from "./volume-spec.ts";

/**
 * Finds where a model contradicts itself, so that Compose reads it but will not start it. Services that a profile
 * keeps out are not looked at, and names that a variable brings are not judged.
 */
export function inconsistencies(
  model: MappingNode,
  profiles: readonly string[] = [],
): readonly ComposeProblem[] {
  const active = new Map(
    [...sectionOf(model, "services")].filter(([, service]) => isActive(profilesOf(service), profiles)),
  );
  const found: ComposeProblem[] = [];
  for (const [name, service] of active) {
    if (!isMapping(service)) continue;
    found.push(...ofService(name, service), ...ofReferences(name, service, model, active));
  }
  const cycle = findDependencyCycle(active);
  if (cycle !== undefined) {
    const [first = ""] = cycle;
    const at = active.get(first) ?? model;
    found.push(problem(`Dependency cycle detected: ${cycle.join(" -> ")}`, at));
  }
  return found;
}

function profilesOf(service: Node): readonly string[] {
  const profiles = childOf(service, "profiles");
  return isSequence(profiles) ? profiles.items.map((item) => textOf(item) ?? "") : [];
}

function ofService(name: string, service: MappingNode): readonly ComposeProblem[] {
  const found: ComposeProblem[] = [];
  const has = (key: string): boolean => {
    const value = service.entries.get(key);
    return value !== undefined && !isNull(value) && textOf(value) !== "";
  };
  if (!has("image") && !has("build") && !has("provider")) {
    found.push(problem(`Service "${name}" has neither an image nor a build context specified`, service));
  }
  const networks = service.entries.get("networks");
  const joins = isMapping(networks)
    ? networks.entries.size > 0
    : isSequence(networks) && networks.items.length > 0;
  if (has("network_mode") && joins) {
    found.push(
      problem(`Service ${name} declares mutually exclusive \`network_mode\` and \`networks\``, service),
    );
  }
  const inline = childOf(service, "build", "dockerfile_inline");
  if (inline !== undefined && childOf(service, "build", "dockerfile") !== undefined) {
    found.push(
      problem(`Service "${name}" declares mutually exclusive dockerfile and dockerfile_inline`, inline),
    );
  }
  const test = childOf(service, "healthcheck", "test");
  const [start] = isSequence(test) ? test.items : [];
  const word = textOf(start);
  if (
    start !== undefined &&
    word !== undefined &&
    !["CMD", "CMD-SHELL", "NONE"].includes(word) &&
    !word.includes("$")
  ) {
    found.push(problem('healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"', start));
  }
  const ports = service.entries.get("ports");
  for (const port of isSequence(ports) ? ports.items : []) {
    const mistake = port.kind === "scalar" ? portMistake(String(port.value)) : undefined;
    if (mistake !== undefined) found.push(problem(mistake, port));
  }
  return found;
}

function ofReferences(
  name: string,
  service: MappingNode,
  model: MappingNode,
  services: ServiceNodes,
): readonly ComposeProblem[] {
  const found: ComposeProblem[] = [];
  const require = (
    kind: string,
    known: ServiceNodes,
    references: readonly (readonly [string, Node])[],
  ): void => {
    for (const [reference, at] of references) {
      if (reference.includes("$") || known.has(reference)) continue;
      found.push(problem(`Service "${name}" refers to undefined ${kind} ${reference}`, at));
    }
  };
  const networks = new Map([...sectionOf(model, "networks"), ["default", model] as const]);
  require("network", networks, namesOf(service.entries.get("networks")));
  require("volume", sectionOf(model, "volumes"), volumesOf(service));
  require("config", sectionOf(model, "configs"), sourcesOf(service.entries.get("configs")));
  require("secret", sectionOf(model, "secrets"), sourcesOf(service.entries.get("secrets")));
  require("build secret", sectionOf(model, "secrets"), sourcesOf(childOf(service, "build", "secrets")));
  require("model", sectionOf(model, "models"), namesOf(service.entries.get("models")));
  for (const { name: other, node } of dependenciesOf(service)) {
    if (services.has(other) || other.includes("$")) continue;
    found.push(problem(`Service "${name}" depends on undefined service "${other}"`, node));
  }
  return found;
}

function namesOf(node: Node | undefined): readonly (readonly [string, Node])[] {
  if (isMapping(node)) return [...node.entries];
  const items = isSequence(node) ? node.items : [];
  return items.flatMap((item) => (textOf(item) === undefined ? [] : [[textOf(item) ?? "", item] as const]));
}

function sourcesOf(node: Node | undefined): readonly (readonly [string, Node])[] {
  const items = isSequence(node) ? node.items : [];
  return items.flatMap((item) => {
    const source = textOf(item) ?? textOf(childOf(item, "source"));
    return source === undefined ? [] : [[source, item] as const];
  });
}

function volumesOf(service: MappingNode): readonly (readonly [string, Node])[] {
  const volumes = service.entries.get("volumes");
  const items = isSequence(volumes) ? volumes.items : [];
  return items.flatMap((item) => {
    const source = volumeName(item);
    return source === undefined || source === "" ? [] : [[source, item] as const];
  });
}

function volumeName(item: Node): string | undefined {
  if (isMapping(item)) {
    return textOf(item.entries.get("type")) === "volume" ? textOf(item.entries.get("source")) : undefined;
  }
  const text = textOf(item);
  if (text === undefined) return undefined;
  const { source } = splitVolume(text, item.origin);
  return isHostPath(source) ? undefined : source;
}

function sectionOf(model: MappingNode, key: string): ServiceNodes {
  const section = model.entries.get(key);
  return isMapping(section) ? section.entries : new Map();
}

function problem(message: string, at: Node): ComposeProblem {
  return new ComposeProblem("inconsistent", message, at.origin);
}
