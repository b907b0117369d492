import { memo } from "react";
import { parseAnsi } from "./ansi.ts";
import css from "./terminal.module.css";

interface TerminalTextProps {
  readonly text: string;
  readonly label?: string;
}

/** Text in its own colours, for whoever lays it out. */
export function ColouredText({ text }: { readonly text: string }) {
  return parseAnsi(text).map(({ text: piece, colour, bold, dim, underline }, index) => (
    <span
      key={index}
      data-colour={colour}
      data-bold={bold ? "" : undefined}
      data-dim={dim ? "" : undefined}
      data-underline={underline ? "" : undefined}
    >
      {piece}
    </span>
  ));
}

/** What a program wrote, in its colours; all else in it is text. */
export const TerminalText = memo(function TerminalText({ text, label }: TerminalTextProps) {
  return (
    <pre
      className={css.terminal}
      tabIndex={0}
      role={label === undefined ? undefined : "region"}
      aria-label={label}
    >
      <ColouredText text={text} />
    </pre>
  );
});
