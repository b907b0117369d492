import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { parseDiff, type DiffLine, type FileDiff } from "./diff.ts";
import css from "./diff.module.css";

/** Lines of a file that are shown before somebody asks for all. */
const shownAtFirst = 400;
const signs: Readonly<Record<DiffLine["kind"], string>> = {
  added: "+",
  removed: "−",
  same: " ",
  hunk: " ",
  note: " ",
};

/** A change, file by file. */
export function DiffView({ text }: { readonly text: string }) {
  const files = useMemo(() => parseDiff(text), [text]);
  return files.map((file, index) => <FileView key={index} file={file} />);
}

function FileView({ file }: { readonly file: FileDiff }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const lines = all ? file.lines : file.lines.slice(0, shownAtFirst);
  return (
    <details className={css.file} open>
      <summary className={css.name}>
        <span className="mono">{file.path}</span>
        <span className={css.plus}>+{file.insertions}</span>
        <span className={css.minus}>−{file.deletions}</span>
      </summary>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={file.path}>
        <table className={css.lines}>
          <tbody>
            {lines.map((line, index) => (
              <tr key={index} className={css[line.kind]}>
                <td className={css.number}>{line.before}</td>
                <td className={css.number}>{line.after}</td>
                <td className={css.sign}>{signs[line.kind]}</td>
                <td className={css.text}>{line.text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {lines.length < file.lines.length && (
        <Button variant="subtle" size="xs" m="xs" onClick={() => setAll(true)}>
          {t("change.more_lines", { count: file.lines.length - lines.length })}
        </Button>
      )}
    </details>
  );
}
