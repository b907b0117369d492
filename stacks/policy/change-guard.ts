import { denied } from "../../bus/kernel/errors.ts";
import { askApprovals, readApprovals } from "./approvals.ts";
import { describeSettings, type DangerousSetting } from "./dangerous-setting.ts";

export interface ChangeRequest {
  readonly stack: string;
  readonly stateDir: string;
  /** What the change brings. */
  readonly next: readonly DangerousSetting[];
  /** Hashes of what counts as there already: what runs, and the user's own files. */
  readonly before: Iterable<string>;
}

/** Lists the settings that a change adds and nobody accepted. */
export function findAddedDangers({ stateDir, next, before }: ChangeRequest): DangerousSetting[] {
  const known = new Set(before);
  const added = next.filter(({ hash }) => !known.has(hash));
  if (added.length === 0) return [];
  const accepted = readApprovals(stateDir);
  return added.filter(({ hash }) => !accepted.has(hash));
}

/** Refuses a change that adds dangerous settings until a person accepts each by its hash. @throws denied `dangerous_change` */
export function assertChangeAllowed(request: ChangeRequest): void {
  const { stack } = request;
  const added = findAddedDangers(request);
  if (added.length === 0) return;
  askApprovals(
    request.stateDir,
    added.map((setting) => ({ hash: setting.hash, what: `${stack}: ${describeSettings([setting])}` })),
  );
  const settings = describeSettings(added);
  const hashes = added.map(({ hash }) => hash).join(" ");
  throw denied(
    "dangerous_change",
    `This change of "${stack}" adds settings that reach beyond its containers: ${settings}. Accept them with: dockfra approve ${hashes}`,
    { params: { stack, settings, hashes, count: added.length } },
  );
}
