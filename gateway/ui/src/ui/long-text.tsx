import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Text } from "../../../../bus/messages/text.ts";
import { readArtifact } from "../live/api.ts";
import { Problem } from "./problem.tsx";
import { useTask } from "./task.ts";

interface LongTextProps {
  readonly text: Text;
  readonly children: (whole: string) => React.ReactNode;
}

/** A text with all of it behind a button, where only its head came along. */
export function LongText({ text, children }: LongTextProps) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState<string>();
  const load = useTask(async (hash: string) => setWhole(await readArtifact(hash)));
  return (
    <>
      {children(whole ?? text.head)}
      {text.artifact !== undefined && whole === undefined && (
        <Button
          size="xs"
          variant="subtle"
          loading={load.busy}
          onClick={() => void load.run(text.artifact ?? "")}
        >
          {t("common.show_all")}
        </Button>
      )}
      {load.error && <Problem error={load.error} />}
    </>
  );
}
