import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import { z } from "zod";
import { parseWith } from "../body.ts";

/** One call of `/api/v1`: what it takes and answers, by schema, and what it does. */
export interface V1Route<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: HTTPMethods;
  readonly url: string;
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** The answer, for the document; answers that the bus parsed are not parsed again. */
  readonly answer: z.ZodType;
  readonly isPublic?: boolean;
  readonly handle: (
    given: { readonly params: z.output<P>; readonly query: z.output<Q>; readonly body: z.output<B> },
    request: FastifyRequest,
    reply: FastifyReply,
  ) => unknown;
}

const nothing = z.unknown();

/** Adds a call to the app and to the OpenAPI document. */
export function addRoute<
  P extends z.ZodType = z.ZodUnknown,
  Q extends z.ZodType = z.ZodUnknown,
  B extends z.ZodType = z.ZodUnknown,
>(app: FastifyInstance, route: V1Route<P, Q, B>): void {
  const { method, url, summary, params, query, body, answer, isPublic = false, handle } = route;
  app.route({
    method,
    url,
    config: { isPublic },
    schema: {
      summary,
      tags: ["v1"],
      ...(params ? { params: toSchema(params, "input") } : {}),
      ...(query ? { querystring: toSchema(query, "input") } : {}),
      ...(body ? { body: toSchema(body, "input") } : {}),
      response: { 200: { description: "Done", ...toSchema(answer, "output") } },
    },
    handler: (request, reply) =>
      handle(
        {
          params: parseWith(params ?? nothing, request.params) as z.output<P>,
          query: parseWith(query ?? nothing, request.query) as z.output<Q>,
          body: parseWith(body ?? nothing, request.body ?? {}) as z.output<B>,
        },
        request,
        reply,
      ),
  });
}

function toSchema(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const json: Record<string, unknown> = { ...z.toJSONSchema(schema, { io, unrepresentable: "any" }) };
  delete json["$schema"];
  return json;
}
