import { Button, Group, Modal, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../ui/problem.tsx";
import { useVerb } from "./ticket-actions.ts";

/** Asks why, because the crew works by the reasons. */
export function RejectDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const task = useVerb(id);
  const reasons = text
    .split("\n")
    .map((line) => line.trim().slice(0, 2_000))
    .filter((line) => line !== "")
    .slice(0, 20);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (reasons.length > 0 && (await task.run("reject", { reasons }))) onClose();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("reject.title", { id })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      centered
    >
      <form onSubmit={(event) => void submit(event)}>
        <Textarea
          label={t("reject.reasons")}
          description={t("reject.hint")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={4}
          maxRows={12}
          data-autofocus
        />
        {task.error && <Problem error={task.error} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={task.busy} disabled={reasons.length === 0}>
            {t("reject.send")}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
