import css from "./ui.module.css";

const kinds: Readonly<Record<string, string | undefined>> = {
  "+": css.added,
  "-": css.removed,
  "@": css.hunk,
};

/** Lines of a diff in their colours; the signs stay, so that colour says nothing alone. */
export function DiffLines({ text }: { readonly text: string }) {
  return (
    <pre className={css.diff} tabIndex={0}>
      {text.split("\n").map((line, index) => (
        <span key={index} className={/^(?:\+\+\+|---) /.test(line) ? css.hunk : (kinds[line[0] ?? ""] ?? "")}>
          {line === "" ? " " : line}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
