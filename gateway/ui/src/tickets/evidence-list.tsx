import { useTranslation } from "react-i18next";
import type { Evidence } from "../../../../bus/messages/checks.ts";
import { Ago } from "../ui/ago.tsx";
import { Icon } from "../ui/icon.tsx";
import { formatDuration } from "../ui/time-text.ts";
import { writeCheck } from "./check-text.ts";
import css from "./ticket.module.css";

/** What the monitor saw on the running app. */
export function EvidenceList({ evidence }: { readonly evidence: readonly Evidence[] }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className={css.evidence}>
      {evidence.map((each, index) => (
        <li key={index} className={css.proof}>
          <span className={css.proofMark} data-passed={each.passed ? "" : undefined}>
            <Icon name={each.passed ? "check" : "cross"} size={14} />
          </span>
          <div>
            <p>
              <strong>{t(each.passed ? "evidence.passed" : "evidence.failed")}</strong>{" "}
              <code className="mono">{writeCheck(each.check)}</code>
            </p>
            <p className="dim">
              {each.observed} · {formatDuration(each.tookMs, i18n.language)} · <Ago atMs={each.atMs} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
