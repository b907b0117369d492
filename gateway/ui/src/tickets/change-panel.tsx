import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Work } from "../../../../bus/messages/ticket.ts";
import { ApiError, readArtifact } from "../live/api.ts";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { LongText } from "../ui/long-text.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { formatDuration } from "../ui/time-text.ts";
import ui from "../ui/ui.module.css";
import { DiffView } from "./diff-view.tsx";
import css from "./ticket.module.css";

/** What the developer made: the diff, and the tests' word. */
export function ChangePanel({ work }: { readonly work: Work }) {
  const { t, i18n } = useTranslation();
  const { tests } = work;
  return (
    <div className="stack">
      <Panel title={t("change.diff", { count: work.stats.files.length })}>
        <StoredDiff hash={work.diff} />
      </Panel>
      <Panel
        title={t("change.tests")}
        aside={
          <span className={css.verdict} data-passed={tests.passed ? "" : undefined}>
            <Icon name={tests.passed ? "check" : "cross"} size={16} />
            {tests.command === ""
              ? t("change.no_tests")
              : t(tests.passed ? "change.passed" : "change.failed", {
                  duration: formatDuration(tests.tookMs, i18n.language),
                })}
          </span>
        }
      >
        {tests.command !== "" && <p className="mono dim">$ {tests.command}</p>}
        <LongText text={tests.output}>
          {(whole) =>
            whole !== "" && (
              <pre className={ui.code} tabIndex={0}>
                {whole}
              </pre>
            )
          }
        </LongText>
      </Panel>
    </div>
  );
}

function StoredDiff({ hash }: { readonly hash: string }) {
  const [diff, setDiff] = useState<{
    readonly hash: string;
    readonly text?: string;
    readonly error?: ApiError;
  }>();
  useEffect(() => {
    const aborted = new AbortController();
    const read = async (): Promise<void> => {
      try {
        setDiff({ hash, text: await readArtifact(hash, aborted.signal) });
      } catch (error) {
        if (aborted.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setDiff({ hash, error });
      }
    };
    void read();
    return () => aborted.abort();
  }, [hash]);
  if (diff?.error) return <Problem error={diff.error} />;
  return diff?.text === undefined || diff.hash !== hash ? <Lines count={8} /> : <DiffView text={diff.text} />;
}
