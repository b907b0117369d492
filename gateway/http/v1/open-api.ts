import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";

/** Collects what the routes say of themselves, and serves it. */
export async function addOpenApi(app: FastifyInstance): Promise<void> {
  // schemas are zod's, and parsed in the route; what fastify gets of them is for this document
  app.setValidatorCompiler(() => (value: unknown) => ({ value }));
  app.setSerializerCompiler(() => (value: unknown) => JSON.stringify(value));
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Dockfra",
        version: "1",
        description: "What the page uses. The predecessor's calls are in docs/http-api.md.",
      },
      components: {
        securitySchemes: {
          session: { type: "apiKey", in: "cookie", name: "dockfra_session" },
          token: { type: "http", scheme: "bearer" },
        },
      },
      security: [{ session: [] }, { token: [] }],
    },
    hideUntagged: true,
  });
  app.get("/api/v1/openapi.json", () => app.swagger());
}
