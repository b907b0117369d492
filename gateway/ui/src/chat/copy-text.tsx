import { Button, CopyButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { parseAnsi } from "../ui/ansi.ts";
import { Icon } from "../ui/icon.tsx";

/** Copies what a program wrote, without its colours. */
export function CopyText({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const plain = parseAnsi(text)
    .map((stretch) => stretch.text)
    .join("");
  return (
    <CopyButton value={plain}>
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
