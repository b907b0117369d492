import { CloseButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { say } from "../texts/sentences.ts";
import { Icon } from "../ui/icon.tsx";
import css from "./frame.module.css";

/** Says how the roles run, what keeps them apart, and why it is not as it was meant to be; folded, it still names the runtime. */
export function Honesty() {
  const { t, i18n } = useTranslation();
  const project = useStore(useLive().state.project).value;
  const [folded, setFolded] = useState(false);
  if (project === undefined) return null;
  const { runtime, isolation, runtimeWarning } = project;
  const isWeak = isolation === "broker";
  if (folded && runtimeWarning === undefined)
    return (
      <aside className={css.honestFolded} aria-label={t("runtime.label")}>
        <button
          type="button"
          onClick={() => setFolded(false)}
          title={t("runtime.more")}
          aria-expanded={false}
        >
          <Icon name={isWeak ? "alert" : "info"} size={15} /> {t(`runtime.${runtime}`)}
        </button>
      </aside>
    );
  return (
    <aside className={css.honest} data-tone={isWeak ? "wait" : undefined} aria-label={t("runtime.label")}>
      <Icon name={isWeak ? "alert" : "info"} size={16} />
      <div>
        <p>
          <strong>{t(`runtime.${runtime}`)}</strong> {!runtimeWarning && t(`runtime.isolation_${isolation}`)}
        </p>
        {runtimeWarning && <p>{say(runtimeWarning.code, i18n.language, runtimeWarning.params)}</p>}
      </div>
      {runtimeWarning === undefined && (
        <CloseButton size="sm" aria-label={t("common.hide")} onClick={() => setFolded(true)} />
      )}
    </aside>
  );
}
