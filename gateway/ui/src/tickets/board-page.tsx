import { Button, TextInput } from "@mantine/core";
import { useDeferredValue, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { go } from "../app/router.ts";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { listTickets } from "../live/ticket-map.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Problem } from "../ui/problem.tsx";
import css from "./board.module.css";
import { columnOf, columns, needsPerson, type Column } from "./states.ts";
import { TicketCard } from "./ticket-card.tsx";

/** More of a column is folded, so that a thousand tickets do not slow the board. */
const shownAtFirst = 40;

/** All tickets, by how far they are. */
export function BoardPage() {
  const { t } = useTranslation();
  const { state, read } = useLive();
  const { value, error } = useStore(state.tickets);
  const [query, setQuery] = useState("");
  const wanted = useDeferredValue(query.trim().toLowerCase());
  const tickets = useMemo(
    () => listTickets(value ?? new Map()).filter((ticket) => matches(ticket, wanted)),
    [value, wanted],
  );
  const waiting = tickets.filter(needsPerson).length;
  const create = (
    <Button leftSection={<Icon name="plus" />} onClick={() => go({ name: "new_ticket" })}>
      {t("tickets.create")}
    </Button>
  );
  return (
    <>
      <PageHead
        title={t("tickets.title")}
        lead={
          value && value.size > 0
            ? t(waiting > 0 ? "tickets.lead_waiting" : "tickets.lead_idle", { count: waiting })
            : undefined
        }
        actions={
          <>
            {value && value.size > 0 && (
              <TextInput
                aria-label={t("tickets.search")}
                placeholder={t("tickets.search")}
                value={query}
                onChange={(event) => setQuery(event.currentTarget.value)}
              />
            )}
            {create}
          </>
        }
      />
      {error && <Problem error={error} onRetry={() => void read.tickets()} />}
      {!value && !error && <Lines count={6} height={40} />}
      {value?.size === 0 && (
        <EmptyState icon="tickets" title={t("tickets.none")} hint={t("tickets.none_hint")}>
          {create}
        </EmptyState>
      )}
      {value && value.size > 0 && (
        <div className={css.board}>
          {columns.map((column) => (
            <BoardColumn
              key={column}
              column={column}
              tickets={tickets.filter((ticket) => columnOf(ticket.state) === column)}
            />
          ))}
        </div>
      )}
    </>
  );
}

function BoardColumn({
  column,
  tickets,
}: {
  readonly column: Column;
  readonly tickets: readonly TicketView[];
}) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const shown = all ? tickets : tickets.slice(0, shownAtFirst);
  return (
    <section className={css.column} aria-label={t(`columns.${column}`)}>
      <header className={css.columnHead}>
        <h2 className={css.columnTitle}>{t(`columns.${column}`)}</h2>
        <span className="dim">{tickets.length}</span>
      </header>
      {tickets.length === 0 && <p className={css.none}>{t(`columns.${column}_none`)}</p>}
      <ul className={css.cards}>
        {shown.toSorted(bySign).map((ticket) => (
          <li key={ticket.id}>
            <TicketCard ticket={ticket} />
          </li>
        ))}
      </ul>
      {shown.length < tickets.length && (
        <Button variant="subtle" size="xs" fullWidth mt="xs" onClick={() => setAll(true)}>
          {t("tickets.more", { count: tickets.length - shown.length })}
        </Button>
      )}
    </section>
  );
}

/** What waits for a person stands first. */
function bySign(a: TicketView, b: TicketView): number {
  return Number(needsPerson(b)) - Number(needsPerson(a)) || b.updatedAtMs - a.updatedAtMs;
}

function matches({ id, title, labels, assignedTo, stack }: TicketView, wanted: string): boolean {
  return (
    wanted === "" ||
    [id, title, assignedTo ?? "", stack ?? "", ...labels].some((text) => text.toLowerCase().includes(wanted))
  );
}
