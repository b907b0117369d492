import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { FeedLine } from "../feed/feed-line.tsx";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { Ago } from "../ui/ago.tsx";
import { Lines } from "../ui/lines.tsx";
import { Problem } from "../ui/problem.tsx";
import { formatDuration } from "../ui/time-text.ts";
import { StateBadge } from "./state-badge.tsx";
import { toneOf } from "./states.ts";
import { toChapters, type Chapter } from "./story.ts";
import { useTimeline } from "./timeline-reader.ts";
import css from "./timeline.module.css";

/** A ticket's story as it happens: who, what, when, how long. */
export function Timeline({ ticket }: { readonly ticket: TicketView }) {
  const { state } = useLive();
  const { items } = useStore(state.feed);
  const { entries, error, loaded } = useTimeline(ticket.id, ticket.version);
  const flow = `ticket/${ticket.id}`;
  const chapters = useMemo(
    () =>
      toChapters(
        entries,
        items.filter((item) => item.flow === flow),
      ),
    [entries, items, flow],
  );
  return (
    <>
      {error && <Problem error={error} />}
      {!loaded && <Lines count={4} height={24} />}
      <ol className={css.timeline} aria-live="polite" aria-relevant="additions">
        {chapters.map((chapter) => (
          <ChapterView key={chapter.entry.version} chapter={chapter} />
        ))}
      </ol>
    </>
  );
}

function ChapterView({ chapter: { entry, progress } }: { readonly chapter: Chapter }) {
  const { t, i18n } = useTranslation();
  const isMove = entry.from !== entry.state;
  return (
    <li className={css.entry} data-tone={toneOf(entry.state)}>
      <p className={css.what}>{entry.text}</p>
      <p className={css.meta}>
        {isMove && <StateBadge state={entry.state} />}
        <span>{t("timeline.by", { who: entry.by })}</span>
        <Ago atMs={entry.atMs} />
        {typeof entry.tookMs === "number" && entry.tookMs > 0 && (
          <span>{t("timeline.took", { duration: formatDuration(entry.tookMs, i18n.language) })}</span>
        )}
      </p>
      {progress.length > 0 && (
        <ul className={css.progress}>
          {progress.map((item) => (
            <li key={item.seq}>
              <FeedLine item={item} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
