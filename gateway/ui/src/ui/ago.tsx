import { useTranslation } from "react-i18next";
import { useNowMs } from "./clock.ts";
import { formatAgo, formatMoment } from "./time-text.ts";

/** How long ago, with the moment itself on hover. */
export function Ago({ atMs }: { readonly atMs: number }) {
  const { i18n } = useTranslation();
  const nowMs = useNowMs();
  return (
    <time dateTime={new Date(atMs).toISOString()} title={formatMoment(atMs, i18n.language)}>
      {formatAgo(atMs, Math.max(nowMs, atMs), i18n.language)}
    </time>
  );
}
