import { z } from "zod";
import { invalidInput } from "../../bus/kernel/errors.ts";

/** US dollars for a million tokens. */
export const Price = z.strictObject({
  inputPerMillion: z.number().nonnegative(),
  outputPerMillion: z.number().nonnegative(),
});
export type Price = z.infer<typeof Price>;

const Prices = z.record(z.string().min(1).max(200), Price);
const Budgets = z.record(z.string().regex(/^ticket_(?:steps|tokens|minutes|usd)$/), z.number().nonnegative());

/** Reads the setting `llm.prices`: `{"model": {"inputPerMillion": 1, "outputPerMillion": 4}}`. @throws `llm_setting_invalid` */
export function parsePrices(value: string | undefined): ReadonlyMap<string, Price> {
  return new Map(Object.entries(parseSetting("llm.prices", Prices, value)));
}

/** Reads the setting `llm.budgets`: `{"ticket_tokens": 200000, "ticket_usd": 1}`. @throws `llm_setting_invalid` */
export function parseBudgets(value: string | undefined): Readonly<Record<string, number>> {
  return parseSetting("llm.budgets", Budgets, value);
}

function parseSetting<T extends object>(
  key: string,
  schema: z.ZodType<T>,
  value: string | undefined,
): T | Record<string, never> {
  if (value === undefined || value.trim() === "") return {};
  const parsed = schema.safeParse(toJson(value));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const why = `${issue?.path.join(".") ?? ""} ${issue?.message ?? "not valid"}`.trim();
  throw invalidInput(
    "llm_setting_invalid",
    `The setting ${key} cannot be used: ${why}. Set it again as JSON.`,
    {
      params: { key, why },
    },
  );
}

function toJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
