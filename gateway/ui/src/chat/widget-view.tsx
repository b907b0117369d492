import { Button, NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Widget } from "../../../socket/events.ts";
import { TerminalText } from "../ui/terminal-text.tsx";
import ui from "../ui/ui.module.css";
import { CopyText } from "./copy-text.tsx";
import css from "./chat.module.css";
import { choicesOf, recordsOf, textOf } from "./widget-fields.ts";
import { ActionGrid, StatusRow } from "./widget-lists.tsx";

interface WidgetProps {
  readonly widget: Widget;
  readonly form: Readonly<Record<string, string>>;
  readonly onFill: (name: string, value: string) => void;
  readonly onSend: (value: string) => void;
}

/** A form element of the chat. */
export function WidgetView({ widget, form, onFill, onSend }: WidgetProps) {
  switch (widget.type) {
    case "buttons":
      return (
        <div className={css.buttons}>
          {choicesOf(widget, "items").map(({ label, value }) => (
            <Button key={value} size="xs" variant="light" onClick={() => onSend(value)}>
              {label}
            </Button>
          ))}
        </div>
      );
    case "input":
      return <InputWidget widget={widget} form={form} onFill={onFill} />;
    case "select": {
      const name = textOf(widget, "name");
      return (
        <NativeSelect
          label={textOf(widget, "label") || name}
          description={textOf(widget, "desc") || undefined}
          data={choicesOf(widget, "options")}
          value={form[name] ?? ""}
          onChange={(event) => onFill(name, event.currentTarget.value)}
        />
      );
    }
    case "code":
      return (
        <div>
          <TerminalText text={textOf(widget, "text")} />
          <CopyText text={textOf(widget, "text")} />
        </div>
      );
    case "progress":
      return <ProgressWidget widget={widget} />;
    case "status_row":
      return <StatusRow widget={widget} />;
    case "action_grid":
      return <ActionGrid widget={widget} onSend={onSend} />;
    case "config_prompt":
      return (
        <div className={css.prompt}>
          <p>
            <strong>{textOf(widget, "title")}</strong>
          </p>
          <p className="dim">{textOf(widget, "desc")}</p>
          {recordsOf(widget, "fields").map((field, index) => (
            <InputWidget key={index} widget={{ ...field, type: "input" }} form={form} onFill={onFill} />
          ))}
          <SendButton value={textOf(widget, "action")} onSend={onSend} />
        </div>
      );
  }
}

function SendButton({ value, onSend }: { readonly value: string; readonly onSend: (value: string) => void }) {
  const { t } = useTranslation();
  return (
    <Button size="xs" onClick={() => onSend(value)}>
      {t("chat.go")}
    </Button>
  );
}

function InputWidget({ widget, form, onFill }: Omit<WidgetProps, "onSend">) {
  const name = textOf(widget, "name");
  const Field = widget["secret"] === true ? PasswordInput : TextInput;
  return (
    <div>
      <Field
        label={textOf(widget, "label") || name}
        description={textOf(widget, "desc") || textOf(widget, "hint") || undefined}
        placeholder={textOf(widget, "placeholder")}
        value={form[name] ?? ""}
        onChange={(event) => onFill(name, event.currentTarget.value)}
        autoComplete="off"
      />
      <div className={css.buttons}>
        {choicesOf(widget, "chips").map(({ label, value }) => (
          <Button key={value} size="compact-xs" variant="default" onClick={() => onFill(name, value)}>
            {label}
          </Button>
        ))}
      </div>
    </div>
  );
}

function ProgressWidget({ widget }: { readonly widget: Widget }) {
  const { t } = useTranslation();
  const failed = Boolean(widget["error"]);
  const done = widget["done"] === true;
  return (
    <p className={ui.badge} data-tone={failed ? "bad" : done ? "good" : "busy"}>
      {textOf(widget, "label")} {failed ? t("chat.failed") : done ? t("chat.done") : ""}
    </p>
  );
}
