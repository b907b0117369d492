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
    const { id, stack, commit, by, atMs, outcome, reason, images } = record;
    if (outcome === undefined) return [];
    const ticket = TicketId.safeParse(record.ticket).data;
    return [
      {
        ...{ id, stack, by, atMs, images: [...images], state: stateOf(outcome, id === current) },
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
  return outcome === "not_restored" ? "failed" : "restored";
}

/** The release that is meant: by id or commit, or else the one that ran before what runs now. @throws `release_unknown` */
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
      ? ran.slice(now + 1).find((release) => release.id !== releaseId && release.commit !== commit)
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
