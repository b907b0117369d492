import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { go } from "../app/router.ts";
import { FeedList } from "../feed/feed-list.tsx";
import { useLive } from "../live/live-context.ts";
import type { Project } from "../live/state.ts";
import { useStore } from "../live/store.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import { Crew } from "./crew.tsx";
import { Obstacles } from "./obstacles.tsx";
import { OwnProject } from "./own-project.tsx";
import css from "./project.module.css";
import { Running } from "./running.tsx";
import { StackCard } from "./stack-card.tsx";
import { summarise, type ProjectSummary } from "./summary.ts";
import { Waiting } from "./waiting.tsx";

/** What was found, what is in the way, what runs, what waits. */
export function OverviewPage() {
  const { t } = useTranslation();
  const { state, read } = useLive();
  const { value: project, error } = useStore(state.project);
  if (project) return <Overview project={project} />;
  return (
    <>
      <PageHead title={t("overview.title")} />
      {error ? (
        <Problem error={error} onRetry={() => void read.project()} />
      ) : (
        <Lines count={6} height={30} />
      )}
    </>
  );
}

function Overview({ project }: { readonly project: Project }) {
  const { t } = useTranslation();
  const { state, read } = useLive();
  const feed = useStore(state.feed);
  const summary = summarise(project);
  return (
    <>
      <PageHead
        title={useHeadline(summary)}
        lead={summary.obstacles.length === 0 ? t("overview.all_well") : undefined}
        actions={
          <>
            <Button
              variant="default"
              leftSection={<Icon name="refresh" size={16} />}
              onClick={() => void read.project()}
            >
              {t("overview.look_again")}
            </Button>
            <Button leftSection={<Icon name="plus" />} onClick={() => go({ name: "new_ticket" })}>
              {t("tickets.create")}
            </Button>
          </>
        }
      />
      <Obstacles obstacles={summary.obstacles} />
      <Waiting />
      <div className={css.grid}>
        <div className="stack">
          <Panel title={t("overview.stacks")}>
            {project.stacks.length === 0 && (
              <EmptyState icon="stacks" title={t("overview.no_stacks")} hint={t("overview.no_stacks_hint")} />
            )}
            <div className={css.stacks}>
              {project.stacks.map((stack) => (
                <StackCard key={stack.name} stack={stack} />
              ))}
            </div>
          </Panel>
          <Panel
            title={t("overview.lately")}
            aside={
              <RouteLink className={ui.link} to={{ name: "feed" }}>
                {t("overview.all_activity")}
              </RouteLink>
            }
          >
            {feed.items.length === 0 ? (
              <p className="dim">{t("feed.none_hint")}</p>
            ) : (
              <FeedList items={feed.items.slice(-8)} />
            )}
          </Panel>
        </div>
        <div className="stack">
          <Running />
          <OwnProject project={project} />
          <Crew />
        </div>
      </div>
    </>
  );
}

function useHeadline({ stacks, missing, ports, others }: ProjectSummary): string {
  const { t, i18n } = useTranslation();
  const parts = [t("overview.found", { count: stacks })];
  if (missing.length > 0) parts.push(t("overview.missing", { count: missing.length }));
  const [port] = ports;
  if (port !== undefined)
    parts.push(
      ports.length === 1
        ? t("overview.port_taken", { port })
        : t("overview.ports_taken", { count: ports.length }),
    );
  if (others > 0) parts.push(t("overview.others", { count: others }));
  return new Intl.ListFormat(i18n.language, { style: "short", type: "unit" }).format(
    // breaks between the parts, not within them
    parts.map((part) => part.replaceAll(" ", "\u00A0")),
  );
}
