import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { needsPerson } from "../tickets/states.ts";
import { Icon } from "../ui/icon.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import css from "./frame.module.css";
import { useRoute } from "./router.ts";
import type { Route } from "./routes.ts";

const places = ["overview", "stacks", "tickets", "roles", "feed"] as const;

/** Where one can go, with what waits there. */
export function Navigation({ onGo }: { readonly onGo: () => void }) {
  const { t } = useTranslation();
  const route = useRoute();
  const { state } = useLive();
  const tickets = useStore(state.tickets).value;
  const project = useStore(state.project).value;
  const waiting = tickets ? [...tickets.values()].filter(needsPerson).length : 0;
  const missing = project ? project.variables.filter((variable) => variable.missing).length : 0;
  const counts: Partial<Record<(typeof places)[number], [number, string, string]>> = {
    tickets: [waiting, "wait", t("nav.waiting", { count: waiting })],
    stacks: [missing, "bad", t("nav.missing", { count: missing })],
  };
  return places.map((name) => {
    const [count = 0, tone, label] = counts[name] ?? [];
    return (
      <RouteLink
        key={name}
        className={css.navLink}
        to={{ name }}
        onClick={onGo}
        aria-current={isWithin(route, name) ? "page" : undefined}
      >
        <Icon name={name} />
        {t(`nav.${name}`)}
        {count > 0 && (
          <span className={css.count} data-tone={tone} title={label}>
            {count}
          </span>
        )}
      </RouteLink>
    );
  });
}

function isWithin(route: Route, place: (typeof places)[number]): boolean {
  if (place === "tickets")
    return route.name === "tickets" || route.name === "ticket" || route.name === "new_ticket";
  return route.name === place;
}
