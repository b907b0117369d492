import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { ApiError, readArtifact } from "../live/api.ts";
import { Lines } from "../ui/lines.tsx";
import { Problem } from "../ui/problem.tsx";
import { readChecks, writeCheck } from "./check-text.ts";
import css from "./new-ticket.module.css";
import { useVerb } from "./ticket-actions.ts";

interface EditDialogProps {
  readonly ticket: TicketView;
  readonly onClose: () => void;
}

/** Changes what a ticket asks for; a long description is read whole first, so that nothing of it is lost. */
export function EditDialog({ ticket, onClose }: EditDialogProps) {
  const { t } = useTranslation();
  const { artifact, head } = ticket.description;
  const [whole, setWhole] = useState(artifact === undefined ? head : undefined);
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    if (artifact === undefined) return;
    const load = async (): Promise<void> => {
      try {
        setWhole(await readArtifact(artifact));
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        setError(problem);
      }
    };
    void load();
  }, [artifact]);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("edit.title", { id: ticket.id })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
    >
      {error && <Problem error={error} />}
      {whole === undefined && !error && <Lines count={5} />}
      {whole !== undefined && <EditForm ticket={ticket} whole={whole} onClose={onClose} />}
    </Modal>
  );
}

function EditForm({ ticket, whole, onClose }: EditDialogProps & { readonly whole: string }) {
  const { t } = useTranslation();
  // a command is never a ticket's own
  const own = ticket.checks
    .filter(({ kind }) => kind !== "command")
    .map(writeCheck)
    .join("\n");
  const [title, setTitle] = useState(ticket.title);
  const [description, setDescription] = useState(whole);
  const [checkLines, setCheckLines] = useState(own);
  const task = useVerb(ticket.id);
  const { checks, wrong } = readChecks(checkLines);
  const changes = {
    ...(title.trim() === ticket.title ? {} : { title: title.trim() }),
    ...(description === whole ? {} : { description }),
    ...(checkLines === own ? {} : { checks }),
  };
  const canSave = title.trim() !== "" && wrong === undefined && Object.keys(changes).length > 0;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (canSave && (await task.run("update", changes))) onClose();
  };
  return (
    <form className={css.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        label={t("create.name")}
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        required
        maxLength={300}
        data-autofocus
      />
      <Textarea
        label={t("create.description")}
        description={t("edit.hint")}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        autosize
        minRows={6}
        maxRows={18}
        maxLength={200_000}
        className={css.mono}
      />
      <Textarea
        label={t("create.checks")}
        description={t("create.checks_hint")}
        value={checkLines}
        onChange={(event) => setCheckLines(event.currentTarget.value)}
        error={wrong === undefined ? undefined : t("create.check_wrong", { line: wrong })}
        autosize
        minRows={2}
        maxRows={8}
        className={css.mono}
        spellCheck={false}
      />
      {task.error && <Problem error={task.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button type="submit" loading={task.busy} disabled={!canSave}>
          {t("edit.save")}
        </Button>
      </Group>
    </form>
  );
}
