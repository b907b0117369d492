import { Button, Textarea } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import { Ago } from "../ui/ago.tsx";
import { LongText } from "../ui/long-text.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { RichText } from "../ui/rich-text.tsx";
import css from "./comments.module.css";
import { useVerb } from "./ticket-actions.ts";

/** What people and roles said of a ticket, and a place to say more. */
export function Comments({ ticket }: { readonly ticket: TicketView }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const task = useVerb(ticket.id);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() !== "" && (await task.run("comment", { text }))) setText("");
  };
  return (
    <Panel title={t("comments.title", { count: ticket.comments.length })}>
      <ul className={css.comments}>
        {ticket.comments.map((comment, index) => (
          <li key={index} className={css.comment}>
            <p className={css.who}>
              <strong>{comment.author}</strong> <Ago atMs={comment.atMs} />
            </p>
            <LongText text={comment.text}>{(whole) => <RichText text={whole} />}</LongText>
          </li>
        ))}
      </ul>
      <form className={css.form} onSubmit={(event) => void submit(event)}>
        <Textarea
          label={t("comments.label")}
          placeholder={t("comments.placeholder")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={100_000}
        />
        {task.error && <Problem error={task.error} />}
        <Button type="submit" variant="default" loading={task.busy} disabled={text.trim() === ""}>
          {t("comments.send")}
        </Button>
      </form>
    </Panel>
  );
}
