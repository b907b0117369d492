import { isIP } from "node:net";
import { childOf, isMapping, isSequence, keyOrigin, textOf } from "./nodes.ts";
import type { MappingNode, Node } from "./nodes.ts";
import { ComposeProblem } from "./problems.ts";

/**
 * Refuses what Compose refuses once a model is merged: two sources of one secret, options on an external volume.
 * @throws resource_invalid
 */
export function requireValidResources(model: MappingNode): void {
  for (const [name, volume] of entriesOf(model, "volumes")) checkExternal(`volumes.${name}`, volume);
  for (const [name, config] of entriesOf(model, "configs")) {
    checkSource(`configs.${name}`, config, ["file", "environment", "content"]);
  }
  for (const [name, secret] of entriesOf(model, "secrets")) {
    checkSource(`secrets.${name}`, secret, ["file", "environment"]);
  }
  for (const [name, service] of entriesOf(model, "services")) checkService(`services.${name}`, service);
}

function entriesOf(model: Node, key: string): Iterable<readonly [string, Node]> {
  const section = childOf(model, key);
  return isMapping(section) ? section.entries : [];
}

function itemsOf(node: Node, ...path: readonly string[]): readonly Node[] {
  const list = childOf(node, ...path);
  return isSequence(list) ? list.items : [];
}

function checkExternal(path: string, volume: Node): void {
  if (!isMapping(volume)) return;
  const external = volume.entries.get("external");
  const on = isMapping(external) || (external?.kind === "scalar" && external.value === true);
  if (!on) return;
  for (const key of volume.entries.keys()) {
    if (key === "name" || key === "external" || key.startsWith("x-")) continue;
    const message = `${path}: conflicting parameters "external" and "${key}" specified`;
    throw new ComposeProblem("resource_invalid", message, keyOrigin(volume, key));
  }
}

function checkSource(path: string, resource: Node, keys: readonly string[]): void {
  if (!isMapping(resource)) return;
  const present = keys.filter((key) => resource.entries.has(key));
  if (present.length > 1)
    throw invalid(`${path}: ${keys.join("|")} attributes are mutually exclusive`, resource);
  if (present.length === 1 || resource.entries.has("driver") || resource.entries.has("external")) return;
  throw invalid(`${path}: one of ${keys.join("|")} must be set`, resource);
}

function checkService(path: string, service: Node): void {
  for (const port of itemsOf(service, "ports")) {
    const address = textOf(childOf(port, "host_ip"));
    if (address !== undefined && !address.includes("$") && isIP(address) === 0) {
      throw invalid(`${path}.ports: invalid ip address: ${address}`, port);
    }
  }
  for (const watch of itemsOf(service, "develop", "watch")) {
    if (textOf(childOf(watch, "path")) === "")
      throw invalid(`${path}.develop.watch.path: value can't be blank`, watch);
  }
  const requests = [
    ...itemsOf(service, "gpus"),
    ...itemsOf(service, "deploy", "resources", "reservations", "devices"),
  ];
  for (const request of requests) {
    if (childOf(request, "count") !== undefined && childOf(request, "device_ids") !== undefined) {
      throw invalid(`${path}: "count" and "device_ids" attributes are exclusive`, request);
    }
  }
}

function invalid(message: string, at: Node): ComposeProblem {
  return new ComposeProblem("resource_invalid", message, at.origin);
}
