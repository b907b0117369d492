import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { go } from "../app/router.ts";
import { pathOf, type Route } from "../app/routes.ts";

type Props = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & {
  readonly to: Route;
  readonly hash?: string;
};

/** A link within the page that a modifier key still opens elsewhere. */
export function RouteLink({ to, hash = "", onClick, children, ...rest }: Props) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0)
      return;
    event.preventDefault();
    go(to, hash);
  };
  return (
    <a href={pathOf(to) + (hash === "" ? "" : `#${encodeURIComponent(hash)}`)} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
