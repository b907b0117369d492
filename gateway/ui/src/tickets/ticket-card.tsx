import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { sentenceOf } from "../texts/sentences.ts";
import { Ago } from "../ui/ago.tsx";
import { Icon } from "../ui/icon.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import css from "./board.module.css";
import { StateBadge } from "./state-badge.tsx";

/** A ticket on the board. */
export const TicketCard = memo(function TicketCard({ ticket }: { readonly ticket: TicketView }) {
  const { t, i18n } = useTranslation();
  const passed = ticket.evidence.filter((each) => each.passed).length;
  return (
    <RouteLink to={{ name: "ticket", id: ticket.id }} className={css.card} data-state={ticket.state}>
      <span className={css.cardTop}>
        <span className="mono dim">{ticket.id}</span>
        {(ticket.priority === "high" || ticket.priority === "critical") && (
          <span className={css.priority} data-priority={ticket.priority}>
            <Icon name="flag" size={13} /> {t(`priority.${ticket.priority}`)}
          </span>
        )}
      </span>
      <span className={css.cardTitle}>{ticket.title}</span>
      {ticket.blocked && <span className={css.why}>{sentenceOf(ticket.blocked.error, i18n.language)}</span>}
      <span className={css.cardFoot}>
        <StateBadge state={ticket.state} />
        {ticket.work && (
          <span className={css.stats}>
            <span className={css.plus}>+{ticket.work.stats.insertions}</span>{" "}
            <span className={css.minus}>−{ticket.work.stats.deletions}</span>
          </span>
        )}
        {ticket.evidence.length > 0 && (
          <span className={passed === ticket.evidence.length ? css.plus : css.minus}>
            {t("ticket.checks_passed", { passed, total: ticket.evidence.length })}
          </span>
        )}
        <span className={css.ago}>
          <Ago atMs={ticket.updatedAtMs} />
        </span>
      </span>
    </RouteLink>
  );
});
