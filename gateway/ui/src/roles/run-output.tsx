import { Loader } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopyIcon } from "../ui/copy-icon.tsx";
import { TerminalText } from "../ui/terminal-text.tsx";
import { formatDuration } from "../ui/time-text.ts";
import ui from "../ui/ui.module.css";
import { withoutColours } from "../ui/ansi.ts";
import type { RunResult } from "./role-view.ts";
import css from "./roles.module.css";

/** That something runs, and for how long. */
export function Running() {
  const { t } = useTranslation();
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((now) => now + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="row dim">
      <Loader size="xs" aria-hidden="true" />
      {t("roles.commands.running", { seconds })}
    </span>
  );
}

interface RunOutputProps {
  readonly command: string;
  readonly result: RunResult;
}

/** What a command wrote, and how it ended. */
export function RunOutput({ command, result: { exitCode, output, cut, tookMs } }: RunOutputProps) {
  const { t, i18n } = useTranslation();
  const text = output.trimEnd();
  return (
    <div className={css.output}>
      <div className={css.outputHead} role="status">
        <span className={ui.badge} data-tone={exitCode === 0 ? "good" : "bad"}>
          {t("roles.output.ended", { code: exitCode })}
        </span>
        <span className={ui.note}>
          {t("roles.output.took", { duration: formatDuration(tookMs, i18n.language) })}
        </span>
        {text !== "" && <CopyIcon text={withoutColours(text)} label={t("roles.output.copy")} />}
      </div>
      {cut && <p className={ui.note}>{t("roles.output.cut")}</p>}
      {text === "" ? (
        <p className="dim">{t("roles.output.empty")}</p>
      ) : (
        <TerminalText text={text} label={t("roles.output.title", { command })} />
      )}
    </div>
  );
}
