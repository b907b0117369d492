import type { FastifyRequest } from "fastify";
import { denied } from "../../bus/kernel/errors.ts";
import type { Actor } from "../../bus/messages/principals.ts";

/** The person behind a request that passed the guard. @throws `session_required` on a public route without a credential */
export function actorOf({ visitor }: FastifyRequest): Actor {
  if (visitor) return visitor.actor;
  throw denied("session_required", "Nobody is signed in here. Open the URL that is printed by: dockfra url");
}

/** The id of an intent from the header that makes a retry safe. */
export function requestId({ headers }: FastifyRequest): { id?: string } {
  const key = headers["idempotency-key"];
  return typeof key === "string" && /^[A-Za-z0-9_-]{8,80}$/.test(key) ? { id: `http-${key}` } : {};
}
