import { useMemo, useSyncExternalStore } from "react";
import { parseRoute, pathOf, type Route } from "./routes.ts";

const moved = "dockfra:moved";

function subscribe(listener: () => void): () => void {
  addEventListener("popstate", listener);
  addEventListener(moved, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(moved, listener);
  };
}

/** Goes to a place of the page; `hash` names an element there. */
export function go(route: Route, hash = ""): void {
  history.pushState(null, "", `${pathOf(route)}${hash === "" ? "" : `#${encodeURIComponent(hash)}`}`);
  dispatchEvent(new Event(moved));
  if (hash === "") scrollTo(0, 0);
}

/** The place that the address bar names. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => parseRoute(path), [path]);
}
