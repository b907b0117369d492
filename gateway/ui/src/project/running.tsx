import { useTranslation } from "react-i18next";
import type { DeployView } from "../../../../bus/messages/deploy.ts";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { Ago } from "../ui/ago.tsx";
import { ExternalLink } from "../ui/external-link.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import css from "./project.module.css";

/** What runs now, and what is about to. */
export function Running() {
  const { t } = useTranslation();
  const { state, read } = useLive();
  const { value: lanes, error } = useStore(state.lanes);
  return (
    <Panel title={t("running.title")}>
      {error && <Problem error={error} onRetry={() => void read.lanes()} />}
      {lanes?.length === 0 && <p className="dim">{t("running.none")}</p>}
      {lanes?.map((lane) => (
        <Lane key={lane.stack} lane={lane} />
      ))}
    </Panel>
  );
}

function Lane({ lane: { stack, state, current, ticket, queue } }: { readonly lane: DeployView }) {
  const { t } = useTranslation();
  return (
    <div className={css.lane}>
      <p className="row">
        <strong>{stack}</strong>
        {state !== "idle" && (
          <span className={ui.badge} data-tone={state === "restoring" ? "bad" : "busy"}>
            {t(`running.states.${state}`)}
          </span>
        )}
        {ticket !== undefined && (
          <RouteLink className={ui.link} to={{ name: "ticket", id: ticket }}>
            {ticket}
          </RouteLink>
        )}
      </p>
      {current && (
        <p>
          <ExternalLink href={current.url} />
        </p>
      )}
      <p className={ui.note}>
        {current ? (
          <>
            <code className="mono">{current.commit.slice(0, 12)}</code> · <Ago atMs={current.atMs} />
          </>
        ) : (
          t("running.nothing_yet")
        )}
        {queue.length > 0 && ` · ${t("running.queue", { count: queue.length })}`}
      </p>
    </div>
  );
}
