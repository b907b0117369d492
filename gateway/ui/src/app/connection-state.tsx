import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { Ago } from "../ui/ago.tsx";
import { Icon } from "../ui/icon.tsx";
import css from "./frame.module.css";

/** A dot and a word on how the page is connected. */
export function ConnectionState() {
  const { t } = useTranslation();
  const { phase } = useStore(useLive().state.connection);
  return (
    <span className={css.connection} data-phase={phase} role="status">
      <span className={css.dot} aria-hidden="true" />
      {t(`connection.${phase}`)}
    </span>
  );
}

/** Says across the page that what it shows may be old, and since when. */
export function ConnectionLost() {
  const { t } = useTranslation();
  const { phase, sinceMs } = useStore(useLive().state.connection);
  if (phase === "connected" || phase === "connecting") return null;
  return (
    <div className={css.lost} data-phase={phase} role="alert">
      <Icon name="alert" />
      <span>
        {t(phase === "down" ? "connection.down_long" : "connection.reconnecting_long")} (
        <Ago atMs={sinceMs} />)
      </span>
    </div>
  );
}
