import { childOf, isMapping, isSequence, textOf } from "./nodes.ts";
import type { Node } from "./nodes.ts";

/** A service of a stack, its texts as written: references are not filled in. */
export interface StackService {
  readonly name: string;
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile?: string };
  /** Short form, `8080:80`, whatever form the file has. */
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly dependsOn?: readonly string[];
}

/** Lists a model's services in the order of the files. */
export function servicesOf(model: Node): readonly StackService[] {
  const services = childOf(model, "services");
  if (!isMapping(services)) return [];
  return [...services.entries].map(([name, service]) => toService(name, service));
}

function toService(name: string, service: Node): StackService {
  const image = textOf(childOf(service, "image"));
  const build = toBuild(childOf(service, "build"));
  const ports = itemsOf(childOf(service, "ports")).map(toPort);
  const profiles = namesOf(childOf(service, "profiles"));
  const dependsOn = namesOf(childOf(service, "depends_on"));
  return {
    name,
    ...(image === undefined ? {} : { image }),
    ...(build === undefined ? {} : { build }),
    ...(ports.length === 0 ? {} : { ports }),
    ...(profiles.length === 0 ? {} : { profiles }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  };
}

function toBuild(build: Node | undefined): StackService["build"] {
  if (build === undefined) return undefined;
  const short = textOf(build);
  if (short !== undefined) return { context: short };
  if (!isMapping(build)) return undefined;
  const dockerfile = textOf(build.entries.get("dockerfile"));
  const context = textOf(build.entries.get("context")) ?? ".";
  return { context, ...(dockerfile === undefined ? {} : { dockerfile }) };
}

function toPort(port: Node): string {
  if (!isMapping(port)) return shown(port);
  const part = (key: string): string => shown(port.entries.get(key));
  const host = [part("host_ip"), part("published")].filter((one) => one !== "").join(":");
  const target = part("target");
  const protocol = part("protocol");
  return `${host === "" ? "" : `${host}:`}${target}${protocol === "" || protocol === "tcp" ? "" : `/${protocol}`}`;
}

function itemsOf(node: Node | undefined): readonly Node[] {
  return isSequence(node) ? node.items : [];
}

function namesOf(node: Node | undefined): readonly string[] {
  return isMapping(node) ? [...node.entries.keys()] : itemsOf(node).map(shown);
}

function shown(node: Node | undefined): string {
  return node?.kind === "scalar" && node.value !== null ? String(node.value) : "";
}
