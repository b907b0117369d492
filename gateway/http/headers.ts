import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

/** Sets the headers that keep a page of ours alone with itself. */
export async function protectPages(
  app: FastifyInstance,
  { secure }: { readonly secure: boolean },
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        objectSrc: ["'none'"],
      },
    },
    frameguard: { action: "deny" },
    referrerPolicy: { policy: "no-referrer" },
    hsts: secure,
    crossOriginEmbedderPolicy: false,
  });
  app.addHook("onSend", async (request, reply) => {
    if (request.url.startsWith("/api/") && reply.getHeader("cache-control") === undefined)
      reply.header("cache-control", "no-store");
  });
}
