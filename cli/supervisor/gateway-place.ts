import { isIP } from "node:net";
import { conflict, invalidInput, type DockfraError } from "../../bus/kernel/errors.ts";
import { freePort, isPortFree } from "../../bus/server/ready.ts";
import type { AuthMode } from "../../gateway/auth/guard.ts";
import { findPortHolder } from "../../stacks/targets/process/port-holder.ts";

/** What was said of the gateway on the command line. */
export interface GatewayFlags {
  readonly port?: number;
  readonly auth?: AuthMode;
  readonly listen?: string;
  readonly behindProxy?: string;
}

/** Where the gateway listens, and whom it lets in. */
export interface GatewayPlace {
  readonly port: number;
  readonly auth: AuthMode;
  /** An address beside loopback. */
  readonly address?: string;
  /** The origin that a proxy in front of it serves. */
  readonly proxyOrigin?: string;
}

const defaultPort = 5050;

/** Reads and checks the flags of a gateway. @throws `listen_unprotected`, `auth_needed`, `proxy_origin_invalid`, `listen_invalid`, `wizard_port_invalid` */
export function readGatewayFlags(flags: GatewayFlags): GatewayPlace {
  const { auth = "token", listen, behindProxy } = flags;
  const isLocal = listen === undefined || ["127.0.0.1", "::1", "localhost"].includes(listen);
  const proxyOrigin = behindProxy === undefined ? undefined : parseOrigin(behindProxy);
  if (listen !== undefined && !isLocal && isIP(listen) === 0)
    throw invalidInput(
      "listen_invalid",
      `"${listen}" is no address. Name one of this machine's, as 192.168.1.5.`,
      {
        params: { address: listen },
      },
    );
  if (!isLocal && proxyOrigin === undefined)
    throw invalidInput(
      "listen_unprotected",
      `On ${listen} others could read what is sent. Put a proxy with TLS in front and name it: --behind-proxy https://NAME`,
      { params: { address: listen } },
    );
  if (auth === "none" && (!isLocal || proxyOrigin !== undefined))
    throw invalidInput(
      "auth_needed",
      "Without a login the page works on loopback only. Leave out --listen and --behind-proxy, or --auth none.",
    );
  return {
    port: flags.port ?? portOfEnvironment() ?? defaultPort,
    auth,
    ...(isLocal ? {} : { address: listen }),
    ...(proxyOrigin === undefined ? {} : { proxyOrigin }),
  };
}

/** Finds the port before anything is started. @throws `gateway_port_taken`, and what the flags are refused for */
export async function findGatewayPlace(flags: GatewayFlags, root: string): Promise<GatewayPlace> {
  const place = readGatewayFlags(flags);
  if (place.port === 0) return { ...place, port: await freePort() };
  const free = await Promise.all([isPortFree(place.port), isPortFree(place.port, "::1").catch(() => true)]);
  if (free[0] && (free[1] || !(await hasLoopbackSix()))) return place;
  throw await portTaken(place.port, root);
}

/** The error for a port that somebody else has: who, and which one is free. */
export async function portTaken(port: number, root: string): Promise<DockfraError> {
  const [holder = "another program", proposal] = await Promise.all([
    findPortHolder(port),
    nextFreePort(port),
  ]);
  return conflict(
    "gateway_port_taken",
    `Port ${port} is taken by ${holder}. Use another: dockfra up --port ${proposal} --root ${root}`,
    { params: { port, holder, proposal, root } },
  );
}

/** The flags that say the same again, for a part's own process. */
export function gatewayArguments({ port, auth, address, proxyOrigin }: GatewayPlace): string[] {
  return [
    ...["--port", String(port), "--auth", auth],
    ...(address === undefined ? [] : ["--listen", address]),
    ...(proxyOrigin === undefined ? [] : ["--behind-proxy", proxyOrigin]),
  ];
}

/** Where the page is, without a token. */
export function urlOf({ port, proxyOrigin }: GatewayPlace): string {
  return proxyOrigin ?? `http://127.0.0.1:${port}`;
}

async function nextFreePort(port: number): Promise<number> {
  for (let candidate = port + 1; candidate < Math.min(port + 50, 65_536); candidate++)
    if (await isPortFree(candidate)) return candidate;
  return freePort();
}

async function hasLoopbackSix(): Promise<boolean> {
  return await freePort("::1").then(
    () => true,
    () => false,
  );
}

function portOfEnvironment(): number | undefined {
  const text = process.env["WIZARD_PORT"];
  if (text === undefined || text === "") return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw invalidInput(
    "wizard_port_invalid",
    `WIZARD_PORT is "${text.slice(0, 60)}", which is no port. Use a number from 1 to 65535.`,
    {
      params: { text: text.slice(0, 60) },
    },
  );
}

function parseOrigin(text: string): string {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (
      url.protocol === "https:" &&
      url.pathname === "/" &&
      url.search === "" &&
      url.hash === "" &&
      url.username === ""
    )
      return url.origin;
  }
  throw invalidInput(
    "proxy_origin_invalid",
    `"${text.slice(0, 200)}" is no origin. Write it as https://dockfra.example.`,
    {
      params: { origin: text.slice(0, 200) },
    },
  );
}
