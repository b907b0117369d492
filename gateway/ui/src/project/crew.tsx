import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { roleNames } from "../roles/role-view.ts";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import css from "./project.module.css";

/** Who works here, and on how much. */
export function Crew() {
  const { t } = useTranslation();
  const { state, read } = useLive();
  const { value: status, error } = useStore(state.status);
  return (
    <Panel title={t("crew.title")}>
      {error && <Problem error={error} onRetry={() => void read.status()} />}
      <ul className={css.crew}>
        {status?.parts.map(({ part, instance, running }) => (
          <li key={instance} className={css.member}>
            <span className={css.dot} data-busy={running.length > 0 ? "" : undefined} aria-hidden="true" />
            <PartName part={part} />
            <span className="dim">
              {running.length > 0 ? t("crew.at_work", { count: running.length }) : t("crew.ready")}
            </span>
          </li>
        ))}
      </ul>
      {status && status.deadLetters > 0 && (
        <p className={ui.note}>{t("crew.dead_letters", { count: status.deadLetters })}</p>
      )}
    </Panel>
  );
}

/** A part's name; a role's leads to its page. */
function PartName({ part }: { readonly part: string }) {
  const role = roleNames.find((name) => name === part);
  if (role === undefined) return <span>{part}</span>;
  return (
    <RouteLink className={ui.link} to={{ name: "roles", role }}>
      {part}
    </RouteLink>
  );
}
