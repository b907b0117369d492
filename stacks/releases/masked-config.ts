import { stringify } from "yaml";
import { isSecretName } from "../variables/secrets.ts";

const hidden = "***";
/** Keys under which a service has values by names of their own. */
const namedValues = new Set(["environment", "args", "labels", "driver_opts"]);

/** Takes every known secret out of a text. */
export type Redact = (text: string) => string;

/**
 * Writes a resolved configuration for people, keys in order, secrets masked; one that differs from `before` says so.
 * @param text JSON
 */
export function maskConfig(text: string, redact: Redact, before?: string): string {
  const value = mask(JSON.parse(text), before === undefined ? undefined : JSON.parse(before), redact, false);
  return stringify(value, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
}

function mask(value: unknown, before: unknown, redact: Redact, isNamed: boolean): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value))
    return value.map((item, index) =>
      mask(item, Array.isArray(before) ? before[index] : undefined, redact, false),
    );
  if (!isRecord(value)) return value;
  const old = isRecord(before) ? before : {};
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const was = Object.hasOwn(old, key) ? old[key] : undefined;
      if (isNamed && isSecretName(key) && typeof inner !== "object")
        return [key, was === undefined || was === inner ? hidden : `${hidden} (changed)`];
      if (key === "content" && typeof inner === "string") return [key, hidden];
      return [key, mask(inner, was, redact, namedValues.has(key))];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
