import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FixView } from "../../../../bus/messages/diagnosis.ts";
import { say } from "../texts/sentences.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import ui from "../ui/ui.module.css";
import { useBegin } from "./jobs.ts";
import css from "./stacks.module.css";

/** What can be done about something; what may change data asks first. */
export function FixButton({ fix }: { readonly fix: FixView }) {
  const { t, i18n } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const begin = useBegin();
  const task = useTask(() => begin({ do: "fix", fix: fix.id, ...(fix.safe ? {} : { approved: true }) }));
  const label = say(fix.code, i18n.language, fix.params);
  return (
    <div className={css.fix}>
      <Button
        size="xs"
        variant={fix.safe ? "light" : "default"}
        className={css.fixButton}
        loading={task.busy}
        onClick={() => (fix.safe ? void task.run() : setAsking(true))}
      >
        {label}
      </Button>
      {!fix.safe && <span className={ui.note}>{t("diagnosis.unsafe")}</span>}
      {task.error && <Problem error={task.error} />}
      {isAsking && (
        <ConfirmDialog
          title={t("diagnosis.ask")}
          go={t("diagnosis.go")}
          onGo={() => void task.run()}
          onClose={() => setAsking(false)}
        >
          <p>
            <strong>{label}</strong>
          </p>
          <p>
            {t("diagnosis.ask_hint")} {t(fix.undoable ? "diagnosis.ask_undoable" : "diagnosis.ask_lasting")}
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}
