import { useTranslation } from "react-i18next";
import { CopyIcon } from "./copy-icon.tsx";
import css from "./ui.module.css";

/** A command to type elsewhere, with a button that copies it. */
export function CommandLine({ command }: { readonly command: string }) {
  const { t } = useTranslation();
  return (
    <div className={css.command}>
      <code>{command}</code>
      <CopyIcon text={command} label={t("common.copy")} />
    </div>
  );
}
