import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { invalidInput } from "../../bus/kernel/errors.ts";

/** Takes JSON bodies only; an empty one is an empty object. @throws `request_invalid` */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    const text = String(body);
    try {
      done(null, text.trim() === "" ? {} : JSON.parse(text, refuseProto));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      done(invalidInput("request_invalid", `The request cannot be read: ${why}`, { params: { why } }));
    }
  });
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new SyntaxError('the key "__proto__" is not allowed');
  return value;
}

/** Parses what came by its schema. @throws `request_invalid` with the place and the reason */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.length ? `${issue.path.map(String).join(".")}: ` : "";
  const why = `${place}${issue?.message ?? "it does not fit"}`.slice(0, 500);
  throw invalidInput("request_invalid", `The request cannot be read: ${why}`, { params: { why } });
}
