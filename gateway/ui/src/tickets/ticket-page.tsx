import { lazy, Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Tabs } from "@mantine/core";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { ApiError } from "../live/api.ts";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Lines } from "../ui/lines.tsx";
import { LongText } from "../ui/long-text.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { TicketPreview } from "../stacks/previews-panel.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import uiCss from "../ui/ui.module.css";
import { ChecksPanel } from "./checks-panel.tsx";
import { Comments } from "./comments.tsx";
import { isEditable } from "./states.ts";
import { NextStep } from "./next-step.tsx";
import { ProgressRail } from "./progress-rail.tsx";
import { StateBadge } from "./state-badge.tsx";
import { TicketFacts } from "./ticket-facts.tsx";
import { Timeline } from "./timeline.tsx";
import css from "./ticket.module.css";

const EditDialog = lazy(async () => ({ default: (await import("./edit-dialog.tsx")).EditDialog }));
const ChangePanel = lazy(async () => ({ default: (await import("./change-panel.tsx")).ChangePanel }));

/** One ticket, live. */
export function TicketPage({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { state, read, call } = useLive();
  const ticket = useStore(state.tickets).value?.get(id);
  const [error, setError] = useState<ApiError>();
  const isMissing = ticket === undefined;
  useEffect(() => {
    if (!isMissing) return;
    const load = async (): Promise<void> => {
      try {
        read.takeTicket(await call<TicketView>(`/tickets/${id}`));
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        setError(problem);
      }
    };
    void load();
  }, [id, isMissing, call, read]);
  if (ticket) return <TicketDetail ticket={ticket} />;
  if (error?.status === 404)
    return <EmptyState icon="tickets" title={t("ticket.unknown", { id })} hint={t("ticket.unknown_hint")} />;
  return error ? <Problem error={error} /> : <Lines count={6} height={28} />;
}

function TicketDetail({ ticket }: { readonly ticket: TicketView }) {
  const { t } = useTranslation();
  const [isEditing, setEditing] = useState(false);
  const passed = ticket.evidence.filter((each) => each.passed).length;
  return (
    <>
      <Suspense>{isEditing && <EditDialog ticket={ticket} onClose={() => setEditing(false)} />}</Suspense>
      <PageHead
        title={ticket.title}
        actions={
          isEditable(ticket.state) && (
            <Button variant="default" size="sm" onClick={() => setEditing(true)}>
              {t("edit.open")}
            </Button>
          )
        }
        above={
          <p className="row dim">
            <RouteLink className={uiCss.link} to={{ name: "tickets" }}>
              {t("tickets.title")}
            </RouteLink>
            <span aria-hidden="true">/</span> <span className="mono">{ticket.id}</span>{" "}
            <StateBadge state={ticket.state} />
          </p>
        }
      />
      <ProgressRail ticket={ticket} />
      <NextStep ticket={ticket} />
      <div className={css.columns}>
        <Tabs defaultValue={ticket.state === "approving" ? "change" : "timeline"} keepMounted={false}>
          <Tabs.List className={css.tabs}>
            <Tabs.Tab value="timeline">{t("ticket.tabs.timeline")}</Tabs.Tab>
            <Tabs.Tab value="change" disabled={!ticket.work}>
              {ticket.work
                ? t("ticket.tabs.change_stats", { ...ticket.work.stats })
                : t("ticket.tabs.change")}
            </Tabs.Tab>
            <Tabs.Tab value="checks">
              {ticket.evidence.length > 0
                ? t("ticket.tabs.checks_done", { passed, total: ticket.evidence.length })
                : t("ticket.tabs.checks")}
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="timeline" className="stack">
            <Panel title={t("timeline.title")}>
              <Timeline ticket={ticket} />
            </Panel>
            <Comments ticket={ticket} />
          </Tabs.Panel>
          <Tabs.Panel value="change">
            <Suspense fallback={<Lines count={5} />}>
              {ticket.work && <ChangePanel work={ticket.work} />}
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="checks">
            <ChecksPanel ticket={ticket} />
          </Tabs.Panel>
        </Tabs>
        <div className="stack">
          <TicketFacts ticket={ticket} />
          <TicketPreview
            ticket={ticket.id}
            canOpen={ticket.work !== undefined && ticket.state !== "closed" && ticket.state !== "cancelled"}
          />
          {ticket.description.head !== "" && (
            <Panel title={t("ticket.description")}>
              <div className={css.wanted} role="group" aria-label={t("ticket.description")} tabIndex={0}>
                <LongText text={ticket.description}>
                  {(whole) => <RichText text={whole} isFlowing />}
                </LongText>
              </div>
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}
