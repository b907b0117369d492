import { sessionLifetimeMs } from "./credentials.ts";

const name = "dockfra_session";

/** Takes the session's secret out of a Cookie header; of several the first. */
export function readCookie(header: string | undefined): string | undefined {
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value !== undefined && value !== "") return value;
  }
  return undefined;
}

/** The Set-Cookie header of a new session: unreadable to scripts, never sent along from other sites. */
export function writeCookie(secret: string, { secure }: { readonly secure: boolean }): string {
  return `${name}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionLifetimeMs / 1_000}${secure ? "; Secure" : ""}`;
}

/** The Set-Cookie header that ends a session in the browser. */
export function clearCookie({ secure }: { readonly secure: boolean }): string {
  return `${name}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0${secure ? "; Secure" : ""}`;
}
