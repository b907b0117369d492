import { memo } from "react";
import type { FeedItem } from "../../../../bus/messages/feed.ts";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import { FeedLine } from "./feed-line.tsx";
import css from "./feed.module.css";

/** Feed items, newest first. */
export function FeedList({ items }: { readonly items: readonly FeedItem[] }) {
  return (
    <ol className={css.list}>
      {items.toReversed().map((item) => (
        <FeedRow key={item.seq} item={item} />
      ))}
    </ol>
  );
}

const FeedRow = memo(function FeedRow({ item }: { readonly item: FeedItem }) {
  const id = /^ticket\/(T-\d{4,9})$/.exec(item.flow ?? "")?.[1];
  return (
    <li className={css.item}>
      <FeedLine item={item} />
      {id !== undefined && (
        <RouteLink className={ui.link} to={{ name: "ticket", id }}>
          {id}
        </RouteLink>
      )}
    </li>
  );
});
