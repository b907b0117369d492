import { z } from "zod";
import { errorKinds } from "../kernel/errors.ts";

/** Schema of the wire form of an error. */
export const ErrorInfo = z.strictObject({
  kind: z.enum(errorKinds),
  code: z.string().min(1).max(100),
  message: z.string().max(8_192),
  retryable: z.boolean(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
