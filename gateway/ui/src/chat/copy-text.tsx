import { Button, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { withoutColours } from "../ui/ansi.ts";
import { Icon } from "../ui/icon.tsx";

/** Copies what a program wrote, without its colours. */
export function CopyText({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={withoutColours(text)}>
      {({ copied, copy }) => (
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<Icon name={copied ? "check" : "copy"} size={14} />}
          onClick={copy}
        >
          {t(copied ? "common.copied" : "common.copy")}
        </Button>
      )}
    </CopyButton>
  );
}
