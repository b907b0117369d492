import { useEffect, type ReactNode } from "react";
import css from "./ui.module.css";

interface PageHeadProps {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** Stands above the title, as a way back. */
  readonly above?: ReactNode;
}

/** The head of a page; its title is the browser tab's too. */
export function PageHead({ title, lead, actions, above }: PageHeadProps) {
  useEffect(() => {
    document.title = `${title} · Dockfra`;
  }, [title]);
  return (
    <header className={css.pageHead}>
      <div className={css.pageHeadText}>
        {above}
        <h1 className={css.pageTitle}>{title}</h1>
        {lead !== undefined && <div className={css.lead}>{lead}</div>}
      </div>
      {actions !== undefined && <div className={css.actions}>{actions}</div>}
    </header>
  );
}
