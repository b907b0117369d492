import { Button, Tabs } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StackView } from "../../../../bus/messages/stack-service.ts";
import type { ServiceState } from "../../../../bus/messages/stack-watch.ts";
import { useLive } from "../live/live-context.ts";
import type { Project } from "../live/state.ts";
import { useStore } from "../live/store.ts";
import { VariablesForm } from "../project/variables-form.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import { DevicesPanel } from "./devices-panel.tsx";
import { DiagnosisPanel } from "./diagnosis-panel.tsx";
import { JobsAtWork } from "./job-panel.tsx";
import { LaunchDialog } from "./launch-dialog.tsx";
import { LogsPanel } from "./logs-panel.tsx";
import { IncidentsPanel, PreviewsPanel } from "./previews-panel.tsx";
import { useReading } from "./reading.ts";
import { ReleasesPanel } from "./releases-panel.tsx";
import { ServicesPanel } from "./services-panel.tsx";
import { StackRow } from "./stack-row.tsx";
import css from "./stacks.module.css";

const servicesMs = 3_000;
const tabs = ["services", "logs", "diagnosis", "releases", "values"] as const;

interface Running {
  readonly engine: boolean;
  readonly services: readonly ServiceState[];
}

/** All stacks as they run, or one with everything of it. */
export function StacksPage({ stack: chosen }: { readonly stack: string | undefined }) {
  const { t } = useTranslation();
  const { state, read } = useLive();
  const { value: project, error } = useStore(state.project);
  const running = useReading<Running>("/services", servicesMs);
  const [isLaunching, setLaunching] = useState(false);
  const stack = project?.stacks.find(({ name }) => name === chosen);
  const own = project?.stacks.some(({ source }) => source !== "engine") ?? false;
  return (
    <>
      <PageHead
        title={stack?.name ?? t("stacks.title")}
        lead={stack ? undefined : t("stacks.lead")}
        above={
          stack && (
            <RouteLink className={`${ui.link} ${ui.titled}`} to={{ name: "stacks" }}>
              <Icon name="back" size={15} /> {t("stacks.all")}
            </RouteLink>
          )
        }
        actions={
          !stack &&
          own && (
            <Button leftSection={<Icon name="play" size={15} />} onClick={() => setLaunching(true)}>
              {t("stacks.launch_all")}
            </Button>
          )
        }
      />
      {isLaunching && <LaunchDialog stack={undefined} onClose={() => setLaunching(false)} />}
      {error && <Problem error={error} onRetry={() => void read.project()} />}
      {running.error && <Problem error={running.error} onRetry={running.again} />}
      {running.value?.engine === false && <p className={ui.note}>{t("stacks.no_engine")}</p>}
      {!project && !error && <Lines count={6} height={30} />}
      {project &&
        (stack ? (
          <OneStack
            key={stack.name}
            stack={stack}
            project={project}
            services={running.value?.services ?? []}
          />
        ) : (
          <AllStacks project={project} services={running.value?.services ?? []} />
        ))}
    </>
  );
}

interface StacksProps {
  readonly project: Project;
  readonly services: readonly ServiceState[];
}

function AllStacks({ project, services }: StacksProps) {
  const { t } = useTranslation();
  const url = useUrls();
  if (project.stacks.length === 0)
    return <EmptyState icon="stacks" title={t("overview.no_stacks")} hint={t("overview.no_stacks_hint")} />;
  // what is below ROOT comes before what only runs here
  const sorted = project.stacks.toSorted(
    (a, b) => Number(a.source === "engine") - Number(b.source === "engine"),
  );
  return (
    <div className="stack">
      <JobsAtWork />
      <IncidentsPanel />
      <div className={css.list}>
        {sorted.map((stack) => (
          <StackRow
            key={stack.name}
            stack={stack}
            services={services.filter((one) => one.stack === stack.name)}
            url={url(stack.name)}
          />
        ))}
      </div>
      <PreviewsPanel />
      <Values variables={project.variables} />
      <DevicesPanel />
    </div>
  );
}

function OneStack({ stack, project, services }: StacksProps & { readonly stack: StackView }) {
  const { t } = useTranslation();
  const url = useUrls();
  const own = services.filter((one) => one.stack === stack.name);
  const [tab, setTab] = useState<(typeof tabs)[number]>(firstTab);
  const names = [
    ...new Set([...stack.services.map(({ name }) => name), ...own.map(({ service }) => service)]),
  ];
  const variables = project.variables.filter(({ stacks }) => stacks.includes(stack.name));
  return (
    <div className="stack">
      <StackRow stack={stack} services={own} url={url(stack.name)} isHead />
      <JobsAtWork stack={stack.name} />
      <Tabs
        className={css.tabbed}
        value={tab}
        onChange={(value) => setTab(tabs.find((one) => one === value) ?? "services")}
        keepMounted={false}
      >
        <Tabs.List className={css.tabs} aria-label={t("stacks.tabs.label", { name: stack.name })}>
          {tabs.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`stacks.tabs.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="services">
          <ServicesPanel stack={stack.name} services={own} />
        </Tabs.Panel>
        <Tabs.Panel value="logs">
          <LogsPanel stack={stack.name} services={names} />
        </Tabs.Panel>
        <Tabs.Panel value="diagnosis">
          <DiagnosisPanel stack={stack.name} />
        </Tabs.Panel>
        <Tabs.Panel value="releases">
          <ReleasesPanel stack={stack.name} />
        </Tabs.Panel>
        <Tabs.Panel value="values">
          <Values variables={variables} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

function Values({ variables }: { readonly variables: Project["variables"] }) {
  const { t } = useTranslation();
  return (
    <Panel title={t("variables.title", { count: variables.length })}>
      {variables.length === 0 ? (
        <EmptyState icon="key" title={t("variables.none")} hint={t("variables.none_hint")} />
      ) : (
        <VariablesForm variables={variables} />
      )}
    </Panel>
  );
}

/** An address may name a tab, or a variable, which is among the values. */
function firstTab(): (typeof tabs)[number] {
  const aim = location.hash.slice(1);
  if (aim === "") return "services";
  return tabs.find((one) => one === aim) ?? "values";
}

/** Where the crew's own release of a stack answers. */
function useUrls(): (stack: string) => string | undefined {
  const { value: lanes } = useStore(useLive().state.lanes);
  return (stack) => lanes?.find((lane) => lane.stack === stack)?.current?.url;
}
