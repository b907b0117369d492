import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { IncidentView } from "../../../../bus/messages/incident.ts";
import type { PreviewView } from "../../../../bus/messages/stack-watch.ts";
import { Ago } from "../ui/ago.tsx";
import { ExternalLink } from "../ui/external-link.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import { useTask } from "../ui/task.ts";
import { formatMoment } from "../ui/time-text.ts";
import ui from "../ui/ui.module.css";
import { useBegin } from "./jobs.ts";
import { useReading } from "./reading.ts";
import css from "./stacks.module.css";

const lookMs = 10_000;
const tones = { building: "busy", running: "good", failed: "bad", closing: "wait" } as const;

/** Copies of stacks that tickets are looked at in; nothing where there are none. */
export function PreviewsPanel() {
  const { t } = useTranslation();
  const { value } = useReading<{ previews: readonly PreviewView[] }>("/previews", lookMs);
  if (!value || value.previews.length === 0) return null;
  return (
    <Panel title={t("previews.title")}>
      <ul className={css.causes}>
        {value.previews.map((preview) => (
          <Preview key={preview.ticket} preview={preview} />
        ))}
      </ul>
    </Panel>
  );
}

/** A ticket's own preview: its address, or a button that opens one where there is a change to look at. */
export function TicketPreview({ ticket, canOpen }: { readonly ticket: string; readonly canOpen: boolean }) {
  const { t } = useTranslation();
  const { value } = useReading<{ previews: readonly PreviewView[] }>("/previews", lookMs);
  const begin = useBegin();
  const open = useTask(() => begin({ do: "preview-open", ticket }));
  const preview = value?.previews.find((one) => one.ticket === ticket);
  if (value === undefined || (preview === undefined && !canOpen)) return null;
  return (
    <Panel title={t("previews.of_ticket")}>
      {preview ? (
        <ul className={css.causes}>
          <Preview preview={preview} />
        </ul>
      ) : (
        <>
          <p className={ui.note}>{t("previews.hint")}</p>
          <Button size="xs" variant="default" mt="xs" loading={open.busy} onClick={() => void open.run()}>
            {t("previews.open")}
          </Button>
        </>
      )}
      {open.error && <Problem error={open.error} />}
    </Panel>
  );
}

function Preview({ preview }: { readonly preview: PreviewView }) {
  const { t, i18n } = useTranslation();
  const { ticket, stack, state, url, urls, commit, expiresAtMs, reason } = preview;
  const begin = useBegin();
  const close = useTask(() => begin({ do: "preview-close", ticket }));
  const others = Object.entries(urls).filter(([, address]) => address !== url);
  return (
    <li className={css.cause}>
      <div className={css.rowHead}>
        <RouteLink className={ui.link} to={{ name: "ticket", id: ticket }}>
          {ticket}
        </RouteLink>
        <span>{stack}</span>
        <span className={ui.badge} data-tone={tones[state]}>
          {t(`previews.states.${state}`)}
        </span>
        <span className={ui.note}>
          <code className="mono">{commit.slice(0, 12)}</code> · {t("previews.until")}{" "}
          {formatMoment(expiresAtMs, i18n.language)}
        </span>
        <span className={css.buttons}>
          <Button
            size="xs"
            variant="default"
            loading={close.busy}
            onClick={() => void close.run()}
            aria-label={t("previews.close_of", { ticket })}
          >
            {t("previews.close")}
          </Button>
        </span>
      </div>
      {reason !== undefined && <p className={css.failure}>{reason}</p>}
      <p className={css.addresses}>
        {url !== undefined && <ExternalLink href={url} />}
        {others.map(([service, address]) => (
          <ExternalLink key={service} href={address}>
            {service}
          </ExternalLink>
        ))}
      </p>
      {close.error && <Problem error={close.error} />}
    </li>
  );
}

/** What the monitor saw in production, each with its ticket; nothing where it saw nothing. */
export function IncidentsPanel() {
  const { t } = useTranslation();
  const { value } = useReading<{ incidents: readonly IncidentView[] }>("/incidents", lookMs);
  if (!value || value.incidents.length === 0) return null;
  return (
    <Panel title={t("incidents.title")}>
      <ul className={css.causes}>
        {value.incidents
          .slice(0, 20)
          .map(({ key, title, state, ticket, stack, service, lastSeenMs, times }) => (
            <li key={key} className={css.cause} data-severity={state === "open" ? "error" : undefined}>
              <div className={css.rowHead}>
                <strong>{title}</strong>
                <span className={ui.badge} data-tone={state === "open" ? "bad" : "good"}>
                  {t(`incidents.states.${state}`)}
                </span>
                <RouteLink className={ui.link} to={{ name: "ticket", id: ticket }}>
                  {ticket}
                </RouteLink>
              </div>
              <p className={ui.note}>
                {[stack, service].filter((part) => part !== undefined).join(" / ")} ·{" "}
                {t("incidents.times", { count: times })} · <Ago atMs={lastSeenMs} />
              </p>
            </li>
          ))}
      </ul>
    </Panel>
  );
}
