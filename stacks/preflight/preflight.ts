import type { PreflightFacts } from "./facts.ts";
import type { PreflightFinding, PreflightRule } from "./finding.ts";
import { dangers, diskSpace, noEngine, takenNames, versions } from "./rules/engine.ts";
import { images } from "./rules/images.ts";
import { missingExternals, overlappingNetworks } from "./rules/networks.ts";
import { bindMounts, missingBuilds, missingFiles } from "./rules/paths.ts";
import { copiesOnOnePort, takenPorts } from "./rules/ports.ts";
import { emptyValues, missingValues, refusedFiles } from "./rules/values.ts";

const rules: readonly PreflightRule[] = [
  noEngine,
  refusedFiles,
  missingValues,
  emptyValues,
  takenPorts,
  copiesOnOnePort,
  overlappingNetworks,
  missingExternals,
  bindMounts,
  missingFiles,
  missingBuilds,
  images,
  versions,
  takenNames,
  diskSpace,
  dangers,
];

const weights = { error: 0, warning: 1, info: 2 } as const;

/** Names all that stands in the way of a launch, the worst first, each once. */
export function findObstacles(facts: PreflightFacts): PreflightFinding[] {
  const found = rules.flatMap((rule) => rule(facts));
  const unique = new Map(
    found.map((one) => [JSON.stringify([one.code, one.stack, one.service, one.params]), one]),
  );
  return [...unique.values()].toSorted((a, b) => weights[a.severity] - weights[b.severity]);
}
