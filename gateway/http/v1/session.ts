import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { denied } from "../../../bus/kernel/errors.ts";
import { createAttempts } from "../../auth/attempts.ts";
import { clearCookie, readCookie, writeCookie } from "../../auth/session-cookie.ts";
import type { GatewayServices } from "../../services.ts";
import { sendError } from "../errors.ts";
import { addRoute } from "./route.ts";

const SessionView = z.object({
  signedIn: z.boolean(),
  auth: z.enum(["token", "none"]),
  actor: z.object({ id: z.string() }).nullable(),
  lang: z.string(),
});
const Ok = z.object({ ok: z.literal(true) });

/** Signing in with the token of a start-up URL, and out. */
export function addSessionRoutes(app: FastifyInstance, { guard, credentials, door }: GatewayServices): void {
  const attempts = createAttempts({ max: 5, windowMs: 60_000 });
  addRoute(app, {
    method: "GET",
    url: "/session",
    summary: "Whether somebody is signed in",
    isPublic: true,
    answer: SessionView,
    handle: (_given, { visitor }) => ({
      signedIn: visitor !== undefined,
      auth: guard.auth,
      actor: visitor ? { id: visitor.actor.id } : null,
      lang: "en",
    }),
  });
  addRoute(app, {
    method: "POST",
    url: "/session",
    summary: "Sign in with a one-time token",
    isPublic: true,
    body: z.object({ token: z.string().max(200) }),
    answer: Ok,
    handle: async ({ body }, request, reply) => {
      if (!attempts.take(request.ip)) return sendError(reply, tooManyLogins().toJSON(), 429);
      const secret = await credentials.signIn(body.token);
      if (secret === undefined) return sendError(reply, loginRefused().toJSON(), 401);
      reply.header("set-cookie", writeCookie(secret, door));
      return { ok: true };
    },
  });
  addRoute(app, {
    method: "DELETE",
    url: "/session",
    summary: "Sign out",
    isPublic: true,
    answer: Ok,
    handle: async (_given, request, reply) => {
      await credentials.signOut(readCookie(request.headers.cookie));
      reply.header("set-cookie", clearCookie(door));
      return { ok: true };
    },
  });
}

function loginRefused() {
  return denied(
    "login_refused",
    "This link is wrong, was used, or is older than ten minutes. Get a new one with: dockfra url",
  );
}

function tooManyLogins() {
  return denied("too_many_logins", "Too many attempts to sign in. Wait a minute, then try again.", {
    retryable: true,
  });
}
