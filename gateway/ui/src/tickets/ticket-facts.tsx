import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { Ago } from "../ui/ago.tsx";
import { ExternalLink } from "../ui/external-link.tsx";
import { Panel } from "../ui/panel.tsx";
import css from "./ticket.module.css";

/** The ticket's plain facts. */
export function TicketFacts({ ticket }: { readonly ticket: TicketView }) {
  const { t } = useTranslation();
  const { work } = ticket;
  const facts: [string, React.ReactNode][] = [
    [t("facts.priority"), t(`priority.${ticket.priority}`)],
    [t("facts.author"), `${ticket.createdBy}${ticket.author.trusted ? "" : ` (${t("facts.outside")})`}`],
    [t("facts.created"), <Ago key="created" atMs={ticket.createdAtMs} />],
    [t("facts.autonomy"), t(`autonomy.${ticket.autonomy}`)],
  ];
  if (ticket.assignedTo !== undefined) facts.push([t("facts.assigned"), ticket.assignedTo]);
  if (ticket.stack !== undefined) facts.push([t("facts.stack"), ticket.stack]);
  if (ticket.repo !== undefined) facts.push([t("facts.repo"), ticket.repo]);
  if (ticket.labels.length > 0) facts.push([t("facts.labels"), ticket.labels.join(", ")]);
  if (work)
    facts.push(
      [t("facts.engine"), work.engine],
      [
        t("facts.branch"),
        <code key="branch" className="mono">
          {work.branch}
        </code>,
      ],
    );
  if (ticket.reworks > 0) facts.push([t("facts.reworks"), String(ticket.reworks)]);
  if (ticket.mergedCommit !== undefined)
    facts.push([
      t("facts.merged"),
      <code key="merged" className="mono">
        {ticket.mergedCommit.slice(0, 12)}
      </code>,
    ]);
  if (ticket.previewUrl !== undefined)
    facts.push([t("facts.preview"), <ExternalLink key="preview" href={ticket.previewUrl} />]);
  if (ticket.url !== undefined) facts.push([t("facts.app"), <ExternalLink key="app" href={ticket.url} />]);
  return (
    <Panel title={t("facts.title")}>
      <dl className={css.facts}>
        {facts.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
      </dl>
    </Panel>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
