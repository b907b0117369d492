import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writeDurably } from "../targets/durable-file.ts";
import type { RunningService } from "./stack-containers.ts";

/** One host name of a stack and where it leads. */
export interface Route {
  readonly service: string;
  readonly hosts: readonly string[];
  /** As the proxy reaches it: the service's name on one network, so that no other stack's can be meant. */
  readonly server: string;
}

export interface RouteOptions {
  readonly stack: string;
  /** Names of the stack's own networks that the proxy is on. */
  readonly networks: readonly string[];
  /** Ends every host name; `localhost` needs no DNS. */
  readonly domain: string;
}

/** Ports on which something else than HTTP is spoken. */
const otherPorts = new Set([
  21, 22, 23, 25, 53, 110, 143, 389, 465, 587, 636, 993, 995, 1025, 1433, 1521, 1883, 2049, 2181, 2222, 3306,
  4222, 5060, 5432, 5672, 5900, 6379, 6432, 8883, 9042, 9092, 11211, 26257, 27017,
]);

/** Finds the web services of a stack: those that publish a port on which HTTP can be spoken. */
export function findRoutes(
  services: readonly RunningService[],
  { stack, networks, domain }: RouteOptions,
): Route[] {
  const routes = new Map<string, Route>();
  for (const { service, networks: on, published } of services) {
    const [port, network] = [
      published.find((candidate) => !otherPorts.has(candidate)),
      networks.find((name) => on.includes(name)),
    ];
    const label = toLabel(service);
    if (port === undefined || network === undefined || label === "" || routes.has(service)) continue;
    const own = `${label}.${toLabel(stack)}.${domain}`;
    // the only web service is the stack's own name too
    const hosts = routes.size === 0 ? [own, `${toLabel(stack)}.${domain}`] : [own];
    routes.set(service, { service, hosts, server: `http://${service}.${network}:${port}` });
  }
  return [...routes.values()];
}

/** Writes routes as a file of Traefik's file provider; under a domain of one's own with certificates. */
function toTraefikFile(stack: string, domain: string, routes: readonly Route[]): string {
  const secure = domain !== "localhost";
  const names = routes.map((route) => [`${stack}-${route.service}`, route] as const);
  const routers = names.map(([name, { hosts }]) => [
    name,
    {
      rule: hosts.map((host) => `Host(\`${host}\`)`).join(" || "),
      service: name,
      entryPoints: [secure ? "websecure" : "web"],
      ...(secure ? { tls: { certResolver: "letsencrypt" } } : {}),
    },
  ]);
  const services = names.map(([name, { server }]) => [
    name,
    { loadBalancer: { servers: [{ url: server }] } },
  ]);
  const http = { routers: Object.fromEntries(routers), services: Object.fromEntries(services) };
  // JSON is YAML, and quotes whatever has to be
  return `${JSON.stringify({ http }, null, 2)}\n`;
}

/** Puts a stack's routes where the proxy watches; a stack without any has no file. True where that changed something. */
export function writeRoutes(dir: string, stack: string, domain: string, routes: readonly Route[]): boolean {
  const file = join(dir, `${stack}.yml`);
  if (routes.length === 0) {
    const there = existsSync(file);
    rmSync(file, { force: true });
    return there;
  }
  const text = toTraefikFile(stack, domain, routes);
  if (readIfThere(file) === text) return false;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeDurably(file, text);
  return true;
}

/** Removes the routes of stacks that are no more. */
export function dropRoutes(dir: string, stacks: ReadonlySet<string>): void {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir))
    if (name.endsWith(".yml") && !stacks.has(name.slice(0, -".yml".length)))
      rmSync(join(dir, name), { force: true });
}

/** One label of a host name. */
function toLabel(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
}
