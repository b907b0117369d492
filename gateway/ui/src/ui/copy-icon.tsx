import { ActionIcon, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon.tsx";

interface CopyIconProps {
  readonly text: string;
  /** What it copies, for those who do not see it. */
  readonly label: string;
}

/** A small button that copies a text, and shows that it did. */
export function CopyIcon({ text, label }: CopyIconProps) {
  const { t } = useTranslation();
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          onClick={copy}
          aria-label={copied ? t("common.copied") : label}
        >
          <Icon name={copied ? "check" : "copy"} size={15} />
        </ActionIcon>
      )}
    </CopyButton>
  );
}
