import { CloseButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { Icon } from "../ui/icon.tsx";
import css from "./frame.module.css";

/** Says how the roles run and what keeps them apart; it folds away for the visit, never for good. */
export function Honesty() {
  const { t } = useTranslation();
  const project = useStore(useLive().state.project).value;
  const [folded, setFolded] = useState(false);
  if (project === undefined || folded) return null;
  return (
    <aside className={css.honest} aria-label={t("runtime.label")}>
      <Icon name="info" size={16} />
      <p>
        <strong>{t(`runtime.${project.runtime}`)}</strong> {t(`runtime.isolation_${project.isolation}`)}
      </p>
      <CloseButton size="sm" aria-label={t("common.hide")} onClick={() => setFolded(true)} />
    </aside>
  );
}
