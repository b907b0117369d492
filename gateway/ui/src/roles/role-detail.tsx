import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { StateBadge } from "../tickets/state-badge.tsx";
import { Ago } from "../ui/ago.tsx";
import { CommandLine } from "../ui/command-line.tsx";
import { Panel } from "../ui/panel.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import { Abilities } from "./abilities.tsx";
import { CommandsPanel } from "./commands-panel.tsx";
import { ticketsWith, type RoleView, type RolesView } from "./role-view.ts";
import css from "./roles.module.css";

interface RoleDetailProps {
  readonly view: RoleView;
  readonly runtime: RolesView["runtime"];
}

/** One role: its commands, its tickets, what it may do, how to log in. */
export function RoleDetail({ view, runtime }: RoleDetailProps) {
  const { t } = useTranslation();
  const name = t(`roles.names.${view.role}`);
  return (
    <div className={css.detail}>
      <CommandsPanel view={view} name={name} />
      <div className="stack">
        <InHand view={view} name={name} />
        <Panel title={t("roles.may_title")}>
          <Abilities view={view} />
          <p className={ui.note}>{t(`roles.enforced_${runtime}`)}</p>
        </Panel>
        <Login view={view} runtime={runtime} />
      </div>
    </div>
  );
}

function InHand({ view, name }: { readonly view: RoleView; readonly name: string }) {
  const { t } = useTranslation();
  const tickets = useStore(useLive().state.tickets).value;
  const held = tickets ? ticketsWith(view.role, tickets.values()) : [];
  return (
    <Panel title={t("roles.in_hand")}>
      {view.state === "down" && (
        <div className={css.down}>
          <p>{t("roles.down_hint")}</p>
          <CommandLine command="dockfra status" />
        </div>
      )}
      {held.length === 0 && <p className="dim">{t("roles.in_hand_none", { role: name })}</p>}
      {held.length > 0 && (
        <ul className={css.held}>
          {held.slice(0, 12).map(({ id, title, state }) => (
            <li key={id}>
              <RouteLink className={ui.link} to={{ name: "ticket", id }}>
                {id} {title}
              </RouteLink>
              <StateBadge state={state} />
            </li>
          ))}
        </ul>
      )}
      {view.instances.map(({ instance, pid, seenAtMs }) => (
        <p key={instance} className={ui.note}>
          {t("roles.instance", { instance, pid })} · {t("roles.since")} <Ago atMs={seenAtMs} />
        </p>
      ))}
    </Panel>
  );
}

function Login({ view: { ssh }, runtime }: RoleDetailProps) {
  const { t } = useTranslation();
  return (
    <Panel title={t("roles.login.title")}>
      {ssh ? (
        <div className={css.login}>
          <p>{t("roles.login.short")}</p>
          <CommandLine command={ssh.short} />
          <p>{t("roles.login.plain")}</p>
          <CommandLine command={ssh.plain} />
        </div>
      ) : runtime === "process" ? (
        <p className="dim">{t("roles.login.none")}</p>
      ) : (
        <div className={css.login}>
          <p>{t("roles.login.none_docker")}</p>
          <CommandLine command="dockfra ps" />
        </div>
      )}
    </Panel>
  );
}
