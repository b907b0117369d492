import { Button, NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Widget } from "../../../socket/events.ts";
import { Icon } from "../ui/icon.tsx";
import ui from "../ui/ui.module.css";
import css from "./chat.module.css";
import { choicesOf, recordsOf, textOf } from "./widget-fields.ts";

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
        <pre className={ui.code} tabIndex={0}>
          {textOf(widget, "text")}
        </pre>
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

const goodWords = /^(?:ok|up|running|healthy|done|ready|set)\b/i;

function StatusRow({ widget }: { readonly widget: Widget }) {
  return (
    <ul className={css.status}>
      {recordsOf(widget, "items").map((item, index) => {
        const row: Widget = { ...item, type: "status_row" };
        const status = textOf(row, "status");
        return (
          <li key={index}>
            <Icon name={goodWords.test(status) ? "check" : "info"} size={15} />
            <span>{textOf(row, "label") || textOf(row, "name")}</span>
            <span className="dim">
              {[status, textOf(row, "detail")].filter((part) => part !== "").join(" · ")}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function ActionGrid({ widget, onSend }: Pick<WidgetProps, "widget" | "onSend">) {
  const run = textOf(widget, "run_value");
  return (
    <div className={css.prompt}>
      <p>
        <strong>{textOf(widget, "label")}</strong>
      </p>
      {recordsOf(widget, "commands").map((each, index) => {
        const command: Widget = { ...each, type: "action_grid" };
        const name = textOf(command, "cmd");
        return (
          <Button
            key={index}
            size="xs"
            variant="default"
            justify="flex-start"
            title={textOf(command, "desc")}
            onClick={() => onSend(run === "" ? name : `${run}::${name}`)}
          >
            {name}
          </Button>
        );
      })}
    </div>
  );
}
