import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { FeedItem } from "../../../../bus/messages/feed.ts";
import { describeItem } from "../texts/sentences.ts";
import { formatMoment, formatTime } from "../ui/time-text.ts";
import css from "./feed.module.css";

/** One thing that happened: when, who, what. */
export const FeedLine = memo(function FeedLine({ item }: { readonly item: FeedItem }) {
  const { i18n } = useTranslation();
  return (
    <span className={css.line} data-kind={item.kind} data-seq={item.seq}>
      <time
        className={css.time}
        dateTime={new Date(item.atMs).toISOString()}
        title={formatMoment(item.atMs, i18n.language)}
      >
        {formatTime(item.atMs, i18n.language)}
      </time>
      <span className={css.source} data-source={item.source}>
        {item.source}
      </span>
      <span className={css.words}>
        {describeItem(item, i18n.language)}
        {item.text !== undefined && item.text !== "" && <span className={css.text}>{item.text}</span>}
      </span>
    </span>
  );
});
