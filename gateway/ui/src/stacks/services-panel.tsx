import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ServiceState, StatSeries } from "../../../../bus/messages/stack-watch.ts";
import { Ago } from "../ui/ago.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import ui from "../ui/ui.module.css";
import { useBegin } from "./jobs.ts";
import { queryOf, useReading } from "./reading.ts";
import { toneOf } from "./service-states.ts";
import { Sparkline } from "./sparkline.tsx";
import css from "./stacks.module.css";
import { measures } from "./stat-series.ts";

const statsMs = 3_000;

interface ServicesPanelProps {
  readonly stack: string;
  readonly services: readonly ServiceState[];
}

/** Each service with its state, what it uses, and what can be done with it alone. */
export function ServicesPanel({ stack, services }: ServicesPanelProps) {
  const { t } = useTranslation();
  const stats = useReading<{ series: readonly StatSeries[] }>(`/stats${queryOf({ stack })}`, statsMs);
  return (
    <Panel title={t("services.title", { count: services.length })}>
      {stats.error && <Problem error={stats.error} onRetry={stats.again} />}
      {services.length === 0 && (
        <EmptyState icon="stacks" title={t("services.none")} hint={t("services.none_hint")} />
      )}
      <ul className={css.services}>
        {services.map((service) => (
          <Service
            key={service.container ?? service.service}
            service={service}
            series={stats.value?.series.find(({ container }) => container === service.container)}
          />
        ))}
      </ul>
    </Panel>
  );
}

interface ServiceProps {
  readonly service: ServiceState;
  readonly series: StatSeries | undefined;
}

function Service({ service: view, series }: ServiceProps) {
  const { t } = useTranslation();
  const { stack, service, container, image, state, exitCode, oomKilled, restarts, startedAtMs } = view;
  const begin = useBegin();
  const restart = useTask(() => begin({ do: "restart", stack, services: [service] }));
  const stop = useTask(() => begin({ do: "stop", stack, services: [service] }));
  const isUp = ["running", "starting", "unhealthy", "restarting", "paused"].includes(state);
  const facts = [
    ...(exitCode !== undefined && !isUp ? [t("services.exit_code", { code: exitCode })] : []),
    ...(oomKilled === true ? [t("services.out_of_memory")] : []),
    ...(restarts !== undefined && restarts > 0 ? [t("services.restarts", { count: restarts })] : []),
    ...view.ports,
  ];
  return (
    <li className={css.service}>
      <div className={css.rowHead}>
        <strong>{service}</strong>
        <span className={ui.badge} data-tone={toneOf(view)}>
          {t(`services.states.${state}`)}
        </span>
        {view.imageUpdate === true && (
          <span className={ui.tag} data-tone="wait">
            {t("services.update")}
          </span>
        )}
        <span className={css.buttons}>
          <Button
            size="compact-xs"
            variant="default"
            loading={restart.busy}
            onClick={() => void restart.run()}
            aria-label={t("stacks.restart_of", { name: service })}
          >
            {t(isUp ? "stacks.restart" : "stacks.launch")}
          </Button>
          {isUp && (
            <Button
              size="compact-xs"
              variant="default"
              loading={stop.busy}
              onClick={() => void stop.run()}
              aria-label={t("stacks.stop_of", { name: service })}
            >
              {t("stacks.stop")}
            </Button>
          )}
        </span>
      </div>
      <p className={ui.note}>
        {[container, image].filter((part) => part !== undefined).join(" · ")}
        {startedAtMs !== undefined && isUp && (
          <>
            {" · "}
            {t("services.since")} <Ago atMs={startedAtMs} />
          </>
        )}
      </p>
      {facts.length > 0 && <p className={ui.note}>{facts.join(" · ")}</p>}
      {series && (
        <div className={css.sparks}>
          {measures.map((measure) => (
            <Sparkline key={measure} series={series} measure={measure} />
          ))}
        </div>
      )}
      {restart.error && <Problem error={restart.error} />}
      {stop.error && <Problem error={stop.error} />}
    </li>
  );
}
