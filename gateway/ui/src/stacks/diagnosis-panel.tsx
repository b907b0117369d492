import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useState } from "react";
import type { Diagnosis, EvidenceLine } from "../../../../bus/messages/diagnosis.ts";
import { useLive } from "../live/live-context.ts";
import { say } from "../texts/sentences.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RichText } from "../ui/rich-text.tsx";
import { useTask } from "../ui/task.ts";
import { TerminalText } from "../ui/terminal-text.tsx";
import ui from "../ui/ui.module.css";
import { FixButton } from "./fix-button.tsx";
import { queryOf, useReading } from "./reading.ts";
import css from "./stacks.module.css";

interface Found {
  readonly diagnoses: readonly Diagnosis[];
}

/** Why a stack does not run, with the lines that prove it and what can be done. */
export function DiagnosisPanel({ stack }: { readonly stack: string }) {
  const { t } = useTranslation();
  const { call } = useLive();
  const rules = useReading<Found>(`/diagnoses${queryOf({ stack })}`);
  const [analysed, setAnalysed] = useState<Found>();
  const model = useTask(async () =>
    setAnalysed(await call<Found>("/diagnoses", { body: { stack, analyse: true } })),
  );
  const found = analysed ?? rules.value;
  const hasAnalysis = analysed?.diagnoses.some(({ analysis }) => analysis !== undefined) ?? false;
  return (
    <Panel
      title={t("stacks.tabs.diagnosis")}
      aside={
        <div className="row">
          {(found?.diagnoses.length ?? 0) > 0 && (
            <Button size="xs" variant="default" loading={model.busy} onClick={() => void model.run()}>
              {t("diagnosis.ask_model")}
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="refresh" size={14} />}
            onClick={() => {
              setAnalysed(undefined);
              rules.again();
            }}
          >
            {t("diagnosis.look")}
          </Button>
        </div>
      }
    >
      {rules.error && <Problem error={rules.error} onRetry={rules.again} />}
      {model.error && <Problem error={model.error} />}
      {!found && !rules.error && <Lines count={4} />}
      {analysed && !hasAnalysis && <p className={ui.note}>{t("diagnosis.no_model")}</p>}
      {found?.diagnoses.length === 0 && (
        <EmptyState icon="check" title={t("diagnosis.none")} hint={t("diagnosis.none_hint")} />
      )}
      <ul className={css.causes}>
        {found?.diagnoses.map((diagnosis) => (
          <Cause key={diagnosis.id} diagnosis={diagnosis} />
        ))}
      </ul>
    </Panel>
  );
}

/** One cause, with the lines that prove it and a button for each thing that can be done. */
export function Cause({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const { t, i18n } = useTranslation();
  const { code, params, severity, service, evidence, fixes, analysis } = diagnosis;
  return (
    <li className={css.cause} data-severity={severity}>
      <p className={css.causeHead}>
        <Icon name={severity === "info" ? "info" : "alert"} />
        <strong>{say(code, i18n.language, params)}</strong>
        {service !== undefined && <span className="dim">{t("diagnosis.on", { service })}</span>}
      </p>
      <Evidence lines={evidence} label={t("diagnosis.evidence")} />
      {analysis && (
        <div className={css.analysis}>
          <h3 className={css.small}>{t("diagnosis.analysis")}</h3>
          <RichText text={analysis.text} />
          <Evidence lines={analysis.lines} label={t("diagnosis.evidence")} />
        </div>
      )}
      {fixes.length > 0 && (
        <div className={css.fixes}>
          {fixes.map((fix) => (
            <FixButton key={fix.id} fix={fix} />
          ))}
        </div>
      )}
    </li>
  );
}

function Evidence({ lines, label }: { readonly lines: readonly EvidenceLine[]; readonly label: string }) {
  if (lines.length === 0) return null;
  return (
    <TerminalText
      label={label}
      text={lines.map(({ source, text }) => `\u001B[2m${source}\u001B[0m  ${text}`).join("\n")}
    />
  );
}
