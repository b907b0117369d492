import type { ReactNode } from "react";
import { Icon } from "./icon.tsx";
import { isWebUrl } from "./web-url.ts";
import css from "./ui.module.css";

/** A link out of the page; anything but http and https stays text. */
export function ExternalLink({ href, children }: { readonly href: string; readonly children?: ReactNode }) {
  if (!isWebUrl(href)) return <span>{children ?? href}</span>;
  return (
    <a className={css.link} href={href} target="_blank" rel="noopener noreferrer">
      {children ?? href} <Icon name="external" size={14} />
    </a>
  );
}
