import { fromUp, type Cause, type Rule } from "../cause.ts";

/** A task for which no machine of the swarm is fit. */
export const taskNotPlaced: Rule = ({ upOutput }) => {
  const found = new Map(
    upOutput.flatMap((line) => {
      const [, service, reason] = /^([\w.-]+): no suitable node \((.+)\)$/.exec(line) ?? [];
      return service === undefined || reason === undefined ? [] : [[service, { line, reason }] as const];
    }),
  );
  return [...found].map(([service, { line, reason }]): Cause => ({
    ...{ code: "cause_task_not_placed", params: { service, reason }, severity: "error", service },
    ...{ evidence: fromUp([line]), fixes: [] },
  }));
};
