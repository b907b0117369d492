import type { ReactNode } from "react";
import { Icon, type IconName } from "./icon.tsx";
import css from "./ui.module.css";

interface EmptyStateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly hint?: ReactNode;
  readonly children?: ReactNode;
}

/** What stands where nothing is yet: what it is for, and the first step. */
export function EmptyState({ icon, title, hint, children }: EmptyStateProps) {
  return (
    <div className={css.empty}>
      <span className={css.emptyIcon}>
        <Icon name={icon} size={28} />
      </span>
      <p className={css.emptyTitle}>{title}</p>
      {hint !== undefined && <p className={css.emptyHint}>{hint}</p>}
      {children}
    </div>
  );
}
