import type { IncomingHttpHeaders } from "node:http";
import { denied, invalidInput, type DockfraError } from "../../bus/kernel/errors.ts";
import type { Actor } from "../../bus/messages/principals.ts";
import type { Ability, Credentials } from "./credentials.ts";
import type { Door } from "./door.ts";
import { readCookie } from "./session-cookie.ts";

/** Whether visitors show a credential, or loopback is trust enough. */
export const authModes = ["token", "none"] as const;
export type AuthMode = (typeof authModes)[number];

/** Who asks, and with what; checked again for every event of a socket. */
export interface Visitor {
  readonly actor: Actor;
  readonly abilities: readonly Ability[];
  /** Whether the credential still counts: a session may have been signed out, a token revoked. */
  isValid(): Promise<boolean>;
}

/** What the guard looks at of a request, whether it is for a route or a socket. */
export interface Knock {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Whether the route is for everybody: the page's shell, and signing in. */
  readonly isPublic: boolean;
  /** Whether a socket is opened: its Origin counts although it is a GET. */
  readonly isSocket?: boolean;
}

/** An HTTP status with its coded reason. */
export interface Refusal {
  readonly status: number;
  readonly error: DockfraError;
}

export type Verdict =
  | { readonly ok: true; readonly visitor: Visitor | undefined }
  | ({ readonly ok: false } & Refusal);

/** The one guard of every route and every socket. */
export interface Guard {
  readonly auth: AuthMode;
  admit(knock: Knock): Promise<Verdict>;
  /** Who a credential belongs to, without a look at Host and Origin. */
  identify(headers: IncomingHttpHeaders): Promise<Visitor | undefined>;
}

export interface GuardOptions {
  readonly auth: AuthMode;
  readonly door: Door;
  readonly credentials: Credentials;
  /** Name of the person whose installation this is. */
  readonly owner: string;
}

const readMethods = new Set(["GET", "HEAD", "OPTIONS"]);
const everything = ["read", "write"] as const;

/** Makes the guard: Host first, then Origin, then what the body is, then who asks. */
export function createGuard({ auth, door, credentials, owner }: GuardOptions): Guard {
  const person = (id: string): Actor => ({ kind: "human", id: id.slice(0, 200), trusted: true });

  async function identify(headers: IncomingHttpHeaders): Promise<Visitor | undefined> {
    if (auth === "none")
      return { actor: person(owner), abilities: everything, isValid: () => Promise.resolve(true) };
    const session = readCookie(headers.cookie);
    if (session !== undefined) {
      const isValid = () => credentials.isSession(session);
      return (await isValid()) ? { actor: person(owner), abilities: everything, isValid } : undefined;
    }
    const bearer = bearerOf(headers);
    const token = await credentials.apiToken(bearer);
    if (token === undefined) return undefined;
    const isValid = async () => (await credentials.apiToken(bearer)) !== undefined;
    return { actor: person(`${owner} (${token.name})`), abilities: token.abilities, isValid };
  }

  return {
    auth,
    identify,
    async admit({ method, headers, isPublic, isSocket = false }) {
      if (!door.isHost(headers.host)) return { ok: false, status: 421, error: hostRefused(headers.host) };
      const isWrite = !readMethods.has(method);
      const foreign = refuseOrigin(headers, { needed: isWrite || isSocket });
      if (foreign) return { ok: false, status: 403, error: foreign };
      if (isWrite && !isJsonEnough(method, headers)) return { ok: false, status: 415, error: jsonRequired() };
      const visitor = await identify(headers);
      if (isPublic) return { ok: true, visitor };
      if (visitor === undefined) return { ok: false, status: 401, error: sessionRequired() };
      const needed: Ability = isWrite || isSocket ? "write" : "read";
      if (visitor.abilities.includes(needed)) return { ok: true, visitor };
      return { ok: false, status: 403, error: abilityMissing(needed) };
    },
  };

  function refuseOrigin(
    headers: IncomingHttpHeaders,
    { needed }: { needed: boolean },
  ): DockfraError | undefined {
    const { origin } = headers;
    if (origin !== undefined) return door.isOrigin(origin) ? undefined : originRefused(origin);
    // browsers say where a request comes from even where they leave the origin out
    const site = headers["sec-fetch-site"];
    if (needed && (site === "cross-site" || site === "same-site")) return originRefused(site);
    const isScript = headers.cookie === undefined && bearerOf(headers) !== undefined;
    return !needed || auth === "none" || isScript ? undefined : originMissing();
  }

  function isJsonEnough(method: string, headers: IncomingHttpHeaders): boolean {
    const type = headers["content-type"];
    if (type !== undefined) return /^application\/json\s*(?:;|$)/i.test(type);
    const isEmpty = (headers["content-length"] ?? "0") === "0" && headers["transfer-encoding"] === undefined;
    return isEmpty && (auth === "none" || method === "DELETE");
  }
}

function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer ([A-Za-z0-9_-]{1,200})$/i.exec(authorization ?? "")?.[1];
}

const clip = (text: string | undefined): string => (text ?? "").slice(0, 100);

function hostRefused(host: string | undefined): DockfraError {
  return denied(
    "host_refused",
    `"${clip(host)}" is no name of this gateway. Open the URL that "dockfra url" prints.`,
    {
      params: { host: clip(host) },
    },
  );
}

function originRefused(origin: string): DockfraError {
  return denied(
    "origin_refused",
    `A page of ${clip(origin)} may not use this gateway. Open its own page: dockfra url`,
    {
      params: { origin: clip(origin) },
    },
  );
}

function originMissing(): DockfraError {
  return denied(
    "origin_missing",
    "A request with a cookie has to name its Origin. Scripts send a token instead: dockfra token create NAME",
  );
}

function jsonRequired(): DockfraError {
  return invalidInput(
    "json_required",
    "The body has to be JSON. Send it with Content-Type: application/json.",
  );
}

function sessionRequired(): DockfraError {
  return denied("session_required", "Nobody is signed in here. Open the URL that is printed by: dockfra url");
}

function abilityMissing(ability: Ability): DockfraError {
  return denied(
    "ability_missing",
    `This token may not ${ability}. Make one that may: dockfra token create NAME`,
    {
      params: { ability },
    },
  );
}
