import { Button, CloseButton } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { JobView } from "../../../../bus/messages/stack-jobs.ts";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { sentenceOf } from "../texts/sentences.ts";
import { ExternalLink } from "../ui/external-link.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import { TerminalText } from "../ui/terminal-text.tsx";
import { formatDuration } from "../ui/time-text.ts";
import ui from "../ui/ui.module.css";
import { Cause } from "./diagnosis-panel.tsx";
import { aboutOf, shareOf, stacksOf, useBegin } from "./jobs.ts";
import { FindingItem } from "./finding-item.tsx";
import { useReading } from "./reading.ts";
import css from "./stacks.module.css";

/** A job that ended longer ago is no news. */
const newsMs = 10 * 60_000;
const lookMs = 700;
const tones = { running: "busy", done: "good", failed: "bad", cancelled: "wait" } as const;

/** What is at work on stacks, or on one; and what has just ended. */
export function JobsAtWork({ stack }: { readonly stack?: string }) {
  const { state, read } = useLive();
  const { value: jobs = [] } = useStore(state.jobs);
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const [openedAtMs] = useState(() => Date.now());
  useEffect(() => void read.jobs(), [read]);
  const shown = jobs
    .filter(({ id }) => !hidden.includes(id))
    .filter(({ state: now, endedAtMs = 0 }) => now === "running" || endedAtMs > openedAtMs - newsMs)
    .filter((job) => stack === undefined || isAbout(job, stack))
    .slice(0, 3);
  return shown.map((job) => (
    <JobPanel key={job.id} listed={job} onHide={() => setHidden((now) => [...now, job.id])} />
  ));
}

function isAbout(job: JobView, stack: string): boolean {
  const stacks = stacksOf(job);
  return stacks.length === 0 || stacks.includes(stack);
}

/** The job as the list had it says when to look; the whole of it comes by its own address. */
function JobPanel({ listed, onHide }: { readonly listed: JobView; readonly onHide: () => void }) {
  const { t, i18n } = useTranslation();
  const { call, read } = useLive();
  const begin = useBegin();
  const isListedRunning = listed.state === "running";
  const { value } = useReading<JobView>(
    `/jobs/${encodeURIComponent(listed.id)}`,
    isListedRunning ? lookMs : undefined,
  );
  const job = value ?? listed;
  const { id, action, state, services, log, error, diagnoses = [], findings = [], result = {} } = job;
  const wayBack = error?.params["rollback"];
  const isRunning = state === "running";
  useEffect(() => {
    if (!isRunning && isListedRunning) void Promise.all([read.jobs(), read.project()]);
  }, [isRunning, isListedRunning, read]);
  const cancel = useTask(async () => {
    await call(`/jobs/${encodeURIComponent(id)}/cancel`, { body: {} });
    await read.jobs();
  });
  const again = useTask(() => begin(action));
  const force = useTask((wanted: JobView["action"]) => begin(wanted));
  const back = useTask((stack: string) => begin({ do: "rollback", stack }));
  const undo = useTask((fix: string) => begin({ do: "undo", fix }));
  const what = t(`jobs.what.${action.do}`, { what: aboutOf(action) || t("jobs.all") });
  return (
    <Panel
      title={
        <span className={ui.titled}>
          {what}
          <span className={ui.badge} data-tone={tones[state]} role="status">
            {t(`jobs.states.${state}`)}
          </span>
        </span>
      }
      aside={
        isRunning ? (
          <Button
            size="xs"
            variant="default"
            loading={cancel.busy}
            onClick={() => void cancel.run()}
            aria-label={t("jobs.cancel_of", { what })}
          >
            {t("jobs.cancel")}
          </Button>
        ) : (
          <CloseButton size="sm" aria-label={t("jobs.hide")} onClick={onHide} />
        )
      }
    >
      <div className={css.job}>
        {error && <p className={css.failure}>{sentenceOf(error, i18n.language)}</p>}
        {findings.length > 0 && (
          <ul className={css.causes}>
            {findings.map((finding, index) => (
              <FindingItem key={index} finding={finding} />
            ))}
          </ul>
        )}
        {diagnoses.length > 0 && (
          <ul className={css.causes}>
            {diagnoses.map((diagnosis) => (
              <Cause key={diagnosis.id} diagnosis={diagnosis} />
            ))}
          </ul>
        )}
        {services.length > 0 && (
          <ul className={css.progressList}>
            {services.map((service) => (
              <ServiceRow key={`${service.stack}/${service.service}`} progress={service} />
            ))}
          </ul>
        )}
        {log.length > 0 && (
          <details className={css.jobLog} open={state !== "done"}>
            <summary>{t("jobs.log")}</summary>
            <TerminalText text={log.slice(-120).join("\n")} label={t("jobs.log")} />
          </details>
        )}
        <div className="row">
          {typeof result["url"] === "string" && <ExternalLink href={result["url"]} />}
          {job.endedAtMs !== undefined && (
            <span className={ui.note}>
              {t("jobs.took", { duration: formatDuration(job.endedAtMs - job.startedAtMs, i18n.language) })}
            </span>
          )}
          {state === "failed" && (
            <Button size="xs" variant="default" loading={again.busy} onClick={() => void again.run()}>
              {t("jobs.again")}
            </Button>
          )}
          {findings.length > 0 && action.do === "launch" && (
            <Button
              size="xs"
              variant="default"
              loading={force.busy}
              onClick={() => void force.run({ ...action, force: true })}
            >
              {t("jobs.force")}
            </Button>
          )}
          {typeof wayBack === "string" && (
            <Button size="xs" variant="default" loading={back.busy} onClick={() => void back.run(wayBack)}>
              {t("jobs.back")}
            </Button>
          )}
          {state === "done" && action.do === "fix" && result["undo"] !== undefined && (
            <Button
              size="xs"
              variant="default"
              loading={undo.busy}
              onClick={() => void undo.run(String(result["undo"]))}
            >
              {t("jobs.undo")}
            </Button>
          )}
        </div>
        {[cancel, again, force, back, undo].map(
          (task, index) => task.error && <Problem key={index} error={task.error} />,
        )}
      </div>
    </Panel>
  );
}

function ServiceRow({ progress }: { readonly progress: JobView["services"][number] }) {
  const { t } = useTranslation();
  const { stack, service, step, detail } = progress;
  const word = t(`jobs.steps.${step}`);
  const tone = step === "failed" ? "bad" : step === "healthy" || step === "done" ? "good" : "busy";
  return (
    <li className={css.progress}>
      <span className={css.progressName}>
        {service} <span className="dim">{stack}</span>
      </span>
      <progress
        className={css.bar}
        data-tone={tone}
        value={shareOf(progress)}
        max={1}
        aria-label={t("jobs.progress_of", { service, step: word })}
      />
      <span className={css.step} data-tone={tone}>
        {word}
      </span>
      {detail !== undefined && <span className={css.detail}>{detail}</span>}
    </li>
  );
}
