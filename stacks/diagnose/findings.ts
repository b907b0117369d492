import type { Cause } from "./cause.ts";
import type { Facts } from "./facts.ts";
import { rules } from "./rules.ts";

const weights = { error: 0, warning: 1, info: 2 } as const;

/** Names the causes of all that does not work, the worst first; what is only seen is left out where a cause says why. */
export function findCauses(facts: Facts): Cause[] {
  const causes = rules.flatMap((rule) => rule(facts));
  const explained = new Set(
    causes.flatMap(({ general, severity, service }) =>
      general !== true && severity === "error" && service !== undefined ? [service] : [],
    ),
  );
  return causes
    .filter(({ general, service }) => general !== true || service === undefined || !explained.has(service))
    .toSorted((a, b) => weights[a.severity] - weights[b.severity]);
}
