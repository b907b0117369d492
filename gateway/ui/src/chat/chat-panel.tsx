import { ActionIcon, CloseButton, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../ui/icon.tsx";
import { RichText } from "../ui/rich-text.tsx";
import css from "./chat.module.css";
import { useChat } from "./chat-state.ts";
import { WidgetView } from "./widget-view.tsx";

/** The chat: what was said, what can be chosen now, and a line to type in. */
export function ChatPanel({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { messages, widgets, form, waiting, send, fill } = useChat();
  const [text, setText] = useState("");
  const end = useRef<HTMLDivElement>(null);
  const last = messages.length + widgets.length;
  useEffect(() => {
    if (last > 0) end.current?.scrollIntoView({ block: "end" });
  }, [last]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() === "") return;
    send(text.trim());
    setText("");
  };
  return (
    <div className={css.chat}>
      <header className={css.head}>
        <h2>{t("chat.title")}</h2>
        <CloseButton aria-label={t("common.close")} onClick={onClose} />
      </header>
      <div className={css.said} role="log" aria-label={t("chat.log")} tabIndex={0}>
        {messages.map(({ id, role, text: said }) => (
          <div key={id} className={css.message} data-role={role}>
            <RichText text={said} />
          </div>
        ))}
        {widgets.map(({ key, widget }) => (
          <WidgetView key={key} widget={widget} form={form} onFill={fill} onSend={send} />
        ))}
        {waiting && <p className="dim">{t("chat.waiting")}</p>}
        <div ref={end} />
      </div>
      <form className={css.type} onSubmit={submit}>
        <TextInput
          aria-label={t("chat.type")}
          placeholder={t("chat.type")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={8_000}
          autoComplete="off"
        />
        <ActionIcon type="submit" size={36} aria-label={t("chat.send")} disabled={text.trim() === ""}>
          <Icon name="send" />
        </ActionIcon>
      </form>
    </div>
  );
}
