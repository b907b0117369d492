import { z } from "zod";

const Params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** A line that proves a cause, with where it stands: `log of shop-db-1`, `inspect`, `event`, `file:line`. */
export const EvidenceLine = z.strictObject({ source: z.string().max(300), text: z.string().max(2_000) });
export type EvidenceLine = z.infer<typeof EvidenceLine>;

/** Something that can be done about a cause; run as the job `fix` with its id. */
export const FixView = z.strictObject({
  id: z.string().max(200),
  /** Key of its sentence in `locales/`. */
  code: z.string().max(100),
  params: Params,
  /** Whether data stays and others are not touched; anything else asks first. */
  safe: z.boolean(),
  /** Whether the job `undo` takes it back. */
  undoable: z.boolean(),
});
export type FixView = z.infer<typeof FixView>;

/** Why something does not run, or will not. */
export const Diagnosis = z.strictObject({
  /** The same as long as the cause is the same. */
  id: z.string().max(200),
  code: z.string().max(100),
  params: Params,
  severity: z.enum(["info", "warning", "error"]),
  stack: z.string().optional(),
  service: z.string().optional(),
  container: z.string().optional(),
  evidence: z.array(EvidenceLine).max(50),
  fixes: z.array(FixView).max(10),
  /** What a model adds, with the lines it used; absent where no key is set or nobody asked. */
  analysis: z.strictObject({ text: z.string().max(8_000), lines: z.array(EvidenceLine).max(50) }).optional(),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
