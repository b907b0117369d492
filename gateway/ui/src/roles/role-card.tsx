import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import { ticketsWith, type RoleView } from "./role-view.ts";
import css from "./roles.module.css";

const tones = { ready: "good", busy: "busy", down: "bad" } as const;

interface RoleCardProps {
  readonly view: RoleView;
  readonly isChosen: boolean;
}

/** A role at a glance. */
export function RoleCard({ view: { role, state }, isChosen }: RoleCardProps) {
  const { t } = useTranslation();
  const tickets = useStore(useLive().state.tickets).value;
  const count = tickets ? ticketsWith(role, tickets.values()).length : 0;
  return (
    <RouteLink className={css.card} to={{ name: "roles", role }} aria-current={isChosen ? "true" : undefined}>
      <span className={css.cardHead}>
        <span className={css.name}>{t(`roles.names.${role}`)}</span>
        <RoleState state={state} />
      </span>
      <span className={css.about}>{t(`roles.about.${role}`)}</span>
      <span className={ui.note}>{t("roles.in_hand_count", { count })}</span>
    </RouteLink>
  );
}

/** Whether a role is there, and at work. */
function RoleState({ state }: { readonly state: RoleView["state"] }) {
  const { t } = useTranslation();
  return (
    <span className={ui.badge} data-tone={tones[state]}>
      {t(`roles.states.${state}`)}
    </span>
  );
}
