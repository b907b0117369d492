import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { listTickets } from "../live/ticket-map.ts";
import board from "../tickets/board.module.css";
import { needsPerson } from "../tickets/states.ts";
import { TicketCard } from "../tickets/ticket-card.tsx";
import { Panel } from "../ui/panel.tsx";
import css from "./waiting.module.css";

/** Tickets that go on only with a person's word. */
export function Waiting() {
  const { t } = useTranslation();
  const { value } = useStore(useLive().state.tickets);
  const waiting = listTickets(value ?? new Map()).filter(needsPerson);
  if (waiting.length === 0) return null;
  return (
    <div className={css.waiting}>
      <Panel title={t("overview.waiting", { count: waiting.length })}>
        <div className={board.strip}>
          {waiting.slice(0, 6).map((ticket) => (
            <TicketCard key={ticket.id} ticket={ticket} />
          ))}
        </div>
      </Panel>
    </div>
  );
}
