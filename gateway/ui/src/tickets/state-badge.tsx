import { useTranslation } from "react-i18next";
import type { TicketState } from "../../../../bus/messages/ticket.ts";
import css from "../ui/ui.module.css";
import { toneOf } from "./states.ts";

/** A ticket's state in its colour. */
export function StateBadge({ state }: { readonly state: TicketState }) {
  const { t } = useTranslation();
  return (
    <span className={css.badge} data-tone={toneOf(state)}>
      {t(`states.${state}`)}
    </span>
  );
}
