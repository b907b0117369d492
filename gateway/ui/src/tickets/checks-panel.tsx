import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Panel } from "../ui/panel.tsx";
import { writeCheck } from "./check-text.ts";
import { EvidenceList } from "./evidence-list.tsx";

/** What must be true on the running app, and what was seen there. */
export function ChecksPanel({ ticket }: { readonly ticket: TicketView }) {
  const { t } = useTranslation();
  const evidence = ticket.evidence.length > 0 ? ticket.evidence : (ticket.blocked?.evidence ?? []);
  if (evidence.length > 0)
    return (
      <Panel title={t("evidence.title")}>
        <EvidenceList evidence={evidence} />
      </Panel>
    );
  if (ticket.checks.length === 0)
    return <EmptyState icon="check" title={t("evidence.no_checks")} hint={t("evidence.no_checks_hint")} />;
  return (
    <Panel title={t("evidence.planned")}>
      <ul>
        {ticket.checks.map((check, index) => (
          <li key={index}>
            <code className="mono">{writeCheck(check)}</code>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
