import { notFound } from "../../bus/kernel/errors.ts";
import type { StackRelease } from "../../bus/messages/stack-watch.ts";
import { TicketId } from "../../bus/messages/ticket.ts";
import type { ReleaseRecord } from "../../stacks/releases/release-record.ts";
import type { ReleaseStore } from "../../stacks/releases/release-store.ts";
import type { TargetStatus } from "../../stacks/targets/target.ts";

/** Tells a stack's releases as people see them, newest first; what is under way is left out. */
export function toReleaseViews(
  store: ReleaseStore,
  isRestorable: (record: ReleaseRecord) => boolean,
): StackRelease[] {
  const current = store.current()?.id;
  return store.list().flatMap((record) => {
    const { id, stack, commit, by, atMs, ranAtMs, outcome, reason, images } = record;
    if (outcome === undefined) return [];
    const ticket = TicketId.safeParse(record.ticket).data;
    return [
      {
        ...{ id, stack, by, atMs, ranAtMs, images: [...images], state: stateOf(outcome, id === current) },
        ...(commit === undefined ? {} : { commit }),
        ...(ticket === undefined ? {} : { ticket }),
        ...(reason === undefined ? {} : { reason }),
        restorable: isRestorable(record),
      },
    ];
  });
}

function stateOf(outcome: NonNullable<ReleaseRecord["outcome"]>, isCurrent: boolean): StackRelease["state"] {
  if (outcome === "deployed") return isCurrent ? "current" : "kept";
  if (outcome === "cancelled") return "cancelled";
  return outcome === "not_restored" ? "failed" : "restored";
}

/**
 * The release that is meant: by id or commit, or else the one that ran before what runs now. Where the last launch or deploy
 * failed and left its pieces, that is the one that ran last.
 * @throws `release_unknown`
 */
export function chooseRelease(
  stack: string,
  releases: readonly ReleaseRecord[],
  { releaseId, commit }: Pick<TargetStatus, "releaseId" | "commit">,
  wanted: string | undefined,
): ReleaseRecord {
  const ran = releases.filter(({ outcome }) => outcome === "deployed");
  const now = ran.findIndex(({ id }) => id === releaseId);
  const found =
    wanted === undefined
      ? leftInPieces(releases)
        ? ran.find(({ id }) => id === releaseId)
        : ran
            .slice(now + 1)
            .find(({ id, commit: of }) => id !== releaseId && (of === undefined || of !== commit))
      : releases.find(
          ({ id, commit: of }) => id === wanted || (wanted.length >= 7 && of?.startsWith(wanted)),
        );
  if (found) return found;
  const known = ran.map((release) => release.commit?.slice(0, 7) ?? release.id).join(", ") || "none";
  throw notFound(
    "release_unknown",
    wanted === undefined
      ? `No release of "${stack}" is known that ran before. There is: ${known}.`
      : `"${stack}" has no release ${wanted}. There is: ${known}.`,
    { params: { stack, release: wanted ?? "before", known } },
  );
}

/** Whether what was begun last neither runs nor was put back. */
function leftInPieces(releases: readonly ReleaseRecord[]): boolean {
  const last = releases
    .toSorted((a, b) => b.ranAtMs - a.ranAtMs)
    .find(({ outcome }) => outcome !== undefined);
  return last?.outcome === "not_restored" || last?.outcome === "cancelled";
}
