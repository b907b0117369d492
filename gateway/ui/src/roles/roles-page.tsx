import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { Lines } from "../ui/lines.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Problem } from "../ui/problem.tsx";
import { RoleCard } from "./role-card.tsx";
import { RoleDetail } from "./role-detail.tsx";
import { roleNames, type RoleName } from "./role-view.ts";
import css from "./roles.module.css";

/** Heartbeats come every few seconds; so does this. */
const readEveryMs = 10_000;

/** The four roles, and one of them closely. */
export function RolesPage({ role }: { readonly role: RoleName | undefined }) {
  const { t } = useTranslation();
  const { state, read } = useLive();
  const { value, error } = useStore(state.roles);
  const { phase } = useStore(state.connection);
  useEffect(() => {
    if (phase !== "connected") return undefined;
    void read.roles();
    const timer = setInterval(() => void read.roles(), readEveryMs);
    return () => clearInterval(timer);
  }, [phase, read]);
  const chosen = value?.roles.find((each) => each.role === (role ?? roleNames[0]));
  return (
    <>
      <PageHead title={t("roles.title")} lead={t("roles.lead")} />
      {error && <Problem error={error} onRetry={() => void read.roles()} />}
      {!value && !error && <Lines count={6} height={30} />}
      {value && (
        <nav className={css.cards} aria-label={t("roles.pick")}>
          {value.roles.map((each) => (
            <RoleCard key={each.role} view={each} isChosen={each === chosen} />
          ))}
        </nav>
      )}
      {value && chosen && <RoleDetail key={chosen.role} view={chosen} runtime={value.runtime} />}
    </>
  );
}
