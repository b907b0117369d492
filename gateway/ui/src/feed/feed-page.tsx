import { Button, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { feedKinds } from "./kinds.ts";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import type { FeedList as Feed } from "../live/feed-list.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { FeedList } from "./feed-list.tsx";
import css from "./feed.module.css";

/** Rows that a frame can move without a jerk. */
const maxShown = 200;

/** What happens, as it happens. */
export function FeedPage() {
  const { t } = useTranslation();
  const live = useStore(useLive().state.feed);
  const [held, setHeld] = useState<Feed>();
  const [kind, setKind] = useState("");
  const feed = held ?? live;
  const items = (kind === "" ? feed.items : feed.items.filter((item) => item.kind === kind)).slice(-maxShown);
  const waiting = held ? live.items.filter((item) => item.seq > held.lastSeq).length : 0;
  return (
    <>
      <PageHead
        title={t("feed.title")}
        lead={t("feed.lead")}
        actions={
          <div className={css.filters}>
            <NativeSelect
              aria-label={t("feed.kind")}
              value={kind}
              onChange={(event) => setKind(event.currentTarget.value)}
              data={[
                { value: "", label: t("feed.all") },
                ...feedKinds.map((value) => ({ value, label: t(`feed.kinds.${value}`) })),
              ]}
            />
            <Button
              variant="default"
              leftSection={<Icon name={held ? "play" : "pause"} size={16} />}
              onClick={() => setHeld(held ? undefined : live)}
            >
              {held ? t("feed.go_on", { count: waiting }) : t("feed.hold")}
            </Button>
          </div>
        }
      />
      {items.length === 0 ? (
        <EmptyState icon="feed" title={t("feed.none")} hint={t("feed.none_hint")} />
      ) : (
        <Panel title={t("feed.newest", { count: items.length })}>
          <FeedList items={items} />
        </Panel>
      )}
    </>
  );
}
