import { ActionIcon, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon.tsx";
import css from "./ui.module.css";

/** A command to type elsewhere, with a button that copies it. */
export function CommandLine({ command }: { readonly command: string }) {
  const { t } = useTranslation();
  return (
    <div className={css.command}>
      <code>{command}</code>
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            onClick={copy}
            aria-label={copied ? t("common.copied") : t("common.copy")}
          >
            <Icon name={copied ? "check" : "copy"} size={15} />
          </ActionIcon>
        )}
      </CopyButton>
    </div>
  );
}
