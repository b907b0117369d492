import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { stepOf, steps, toneOf } from "./states.ts";
import css from "./ticket.module.css";

/** The way from text to closed, with how far the ticket is. */
export function ProgressRail({ ticket }: { readonly ticket: TicketView }) {
  const { t } = useTranslation();
  const at = stepOf(ticket);
  const isClosed = ticket.state === "closed";
  return (
    <ol className={css.rail} aria-label={t("ticket.progress")}>
      {steps.map((step, index) => (
        <li
          key={step}
          className={css.railStep}
          data-done={index < at || isClosed ? "" : undefined}
          data-now={index === at && !isClosed ? toneOf(ticket.state) : undefined}
          aria-current={index === at ? "step" : undefined}
        >
          {t(`steps.${step}`)}
        </li>
      ))}
    </ol>
  );
}
