import { useTranslation } from "react-i18next";
import type { StatSeries } from "../../../../bus/messages/stack-watch.ts";
import { formatMeasure, toPoints, valuesOf, type Measure } from "./stat-series.ts";
import css from "./stacks.module.css";

/** So that a container at rest draws a flat line, not its noise. */
const atLeast: Readonly<Record<Measure, number>> = { cpu: 0.1, memory: 16_000_000, network: 10_000 };

/** A measure's last moments as a small line with its value now. */
export function Sparkline({ series, measure }: { readonly series: StatSeries; readonly measure: Measure }) {
  const { t, i18n } = useTranslation();
  const values = valuesOf(series, measure);
  const now = values.at(-1);
  if (now === undefined) return null;
  const shown = formatMeasure(measure, now, i18n.language);
  const label = t("stats.chart", {
    measure: t(`stats.${measure}`),
    service: series.service,
    now: shown,
    most: formatMeasure(measure, Math.max(...values), i18n.language),
  });
  return (
    <span className={css.spark}>
      <span className={css.sparkName}>{t(`stats.${measure}`)}</span>
      <svg viewBox="0 0 100 30" preserveAspectRatio="none" role="img" aria-label={label}>
        <title>{label}</title>
        <polyline points={toPoints(values, atLeast[measure])} />
      </svg>
      <span className={css.sparkValue}>{shown}</span>
    </span>
  );
}
