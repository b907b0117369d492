import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StackRelease } from "../../../../bus/messages/stack-watch.ts";
import { Ago } from "../ui/ago.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { DiffLines } from "../ui/diff-lines.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Lines } from "../ui/lines.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import { useTask } from "../ui/task.ts";
import ui from "../ui/ui.module.css";
import { useBegin } from "./jobs.ts";
import { useReading } from "./reading.ts";
import css from "./stacks.module.css";

const tones = {
  ...{ current: "good", kept: undefined, failed: "bad", restored: "wait", cancelled: "wait" },
} as const;

/** Every release of a stack: who, when, for which ticket, what it changed, and the way back. */
export function ReleasesPanel({ stack }: { readonly stack: string }) {
  const { t } = useTranslation();
  const path = `/stacks/${encodeURIComponent(stack)}/releases`;
  const { value, error, again } = useReading<{ releases: readonly StackRelease[] }>(path, 10_000);
  return (
    <Panel title={t("stacks.tabs.releases")}>
      {error && <Problem error={error} onRetry={again} />}
      {!value && !error && <Lines count={4} />}
      {value?.releases.length === 0 && (
        <EmptyState icon="flag" title={t("releases.none")} hint={t("releases.none_hint")} />
      )}
      <ul className={css.causes}>
        {value?.releases.map((release) => (
          <Release key={release.id} release={release} />
        ))}
      </ul>
    </Panel>
  );
}

function Release({ release }: { readonly release: StackRelease }) {
  const { t } = useTranslation();
  const { id, commit, ticket, by, atMs, state, restorable, reason } = release;
  const [isOpen, setOpen] = useState(false);
  return (
    <li className={css.cause}>
      <div className={css.rowHead}>
        <strong className="mono">{commit?.slice(0, 12) ?? id}</strong>
        <span className={ui.badge} data-tone={tones[state]}>
          {t(`releases.states.${state}`)}
        </span>
        <span className={ui.note}>
          <Ago atMs={atMs} /> {t("releases.by", { who: by })}
          {commit === undefined && ` · ${t("releases.folder")}`}
        </span>
        {ticket !== undefined && (
          <RouteLink className={ui.link} to={{ name: "ticket", id: ticket }}>
            {ticket}
          </RouteLink>
        )}
        <span className={css.buttons}>
          {state !== "current" &&
            (restorable ? (
              <Rollback release={release} />
            ) : (
              <span className={ui.note}>{t("releases.gone")}</span>
            ))}
        </span>
      </div>
      {reason !== undefined && <p className={css.failure}>{reason}</p>}
      <details className={css.jobLog} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("releases.diff")}</summary>
        {isOpen && <ReleaseDiff release={release} />}
      </details>
    </li>
  );
}

function ReleaseDiff({ release: { stack, id } }: { readonly release: StackRelease }) {
  const { t } = useTranslation();
  const path = `/stacks/${encodeURIComponent(stack)}/releases/${encodeURIComponent(id)}/diff`;
  const { value, error, again } = useReading<{ diff: string; cut: boolean }>(path);
  if (error) return <Problem error={error} onRetry={again} />;
  if (!value) return <Lines count={3} />;
  if (value.diff.trim() === "") return <p className={ui.note}>{t("releases.no_diff")}</p>;
  return (
    <>
      <DiffLines text={value.diff.trimEnd()} />
      {value.cut && <p className={ui.note}>{t("releases.diff_cut")}</p>}
    </>
  );
}

function Rollback({ release: { stack, id, commit } }: { readonly release: StackRelease }) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const begin = useBegin();
  const task = useTask(() => begin({ do: "rollback", stack, release: id }));
  const name = commit?.slice(0, 12) ?? id;
  return (
    <>
      <Button size="xs" variant="default" loading={task.busy} onClick={() => setAsking(true)}>
        {t("releases.rollback")}
      </Button>
      {task.error && <Problem error={task.error} />}
      {isAsking && (
        <ConfirmDialog
          title={t("releases.rollback_ask", { release: name })}
          go={t("releases.rollback")}
          onGo={() => void task.run()}
          onClose={() => setAsking(false)}
        >
          <p>{t("releases.rollback_hint")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
