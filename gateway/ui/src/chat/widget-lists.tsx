import type { Widget } from "../../../socket/events.ts";
import { Icon } from "../ui/icon.tsx";
import css from "./chat.module.css";
import { recordsOf, textOf } from "./widget-fields.ts";

interface ActionGridProps {
  readonly widget: Widget;
  readonly onSend: (value: string) => void;
}

const goodWords = /^(?:ok|up|running|healthy|done|ready|set)\b/i;

/** How several things are, a line each. */
export function StatusRow({ widget }: { readonly widget: Widget }) {
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

/** Commands to choose from. */
export function ActionGrid({ widget, onSend }: ActionGridProps) {
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
          <button
            key={index}
            type="button"
            className={css.choice}
            onClick={() => onSend(run === "" ? name : `${run}::${name}`)}
          >
            <code>{name}</code>
            <span>{textOf(command, "desc")}</span>
          </button>
        );
      })}
    </div>
  );
}
