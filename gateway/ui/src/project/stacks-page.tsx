import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import type { Project } from "../live/state.ts";
import { useStore } from "../live/store.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Lines } from "../ui/lines.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import css from "./project.module.css";
import { StackCard } from "./stack-card.tsx";
import { VariablesForm } from "./variables-form.tsx";

/** The stacks with their variables as a form. */
export function StacksPage({ stack }: { readonly stack: string | undefined }) {
  const { t } = useTranslation();
  const { state, read } = useLive();
  const { value: project, error } = useStore(state.project);
  return (
    <>
      <PageHead title={t("stacks.title")} lead={t("stacks.lead")} />
      {error && <Problem error={error} onRetry={() => void read.project()} />}
      {!project && !error && <Lines count={6} height={30} />}
      {project && <Stacks project={project} chosen={stack} />}
    </>
  );
}

function Stacks({ project, chosen }: { readonly project: Project; readonly chosen: string | undefined }) {
  const { t } = useTranslation();
  const stack = project.stacks.find(({ name }) => name === chosen);
  const variables = stack
    ? project.variables.filter(({ stacks }) => stacks.includes(stack.name))
    : project.variables;
  if (project.stacks.length === 0)
    return <EmptyState icon="stacks" title={t("overview.no_stacks")} hint={t("overview.no_stacks_hint")} />;
  return (
    <div className="stack">
      <nav className={css.picker} aria-label={t("stacks.pick")} style={{ marginBottom: 0 }}>
        <RouteLink className={css.pick} to={{ name: "stacks" }} aria-current={stack ? undefined : "true"}>
          {t("stacks.all")}
        </RouteLink>
        {project.stacks.map(({ name }) => (
          <RouteLink
            key={name}
            className={css.pick}
            to={{ name: "stacks", stack: name }}
            aria-current={name === stack?.name ? "true" : undefined}
          >
            {name}
          </RouteLink>
        ))}
      </nav>
      {stack && <StackCard stack={stack} />}
      <Panel title={t("variables.title", { count: variables.length })}>
        {variables.length === 0 ? (
          <EmptyState icon="key" title={t("variables.none")} hint={t("variables.none_hint")} />
        ) : (
          <VariablesForm key={stack?.name ?? ""} variables={variables} />
        )}
      </Panel>
    </div>
  );
}
