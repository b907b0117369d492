import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ApiError } from "../live/api.ts";
import { useErrorText } from "./error-text.ts";
import { Icon } from "./icon.tsx";
import css from "./ui.module.css";

interface ProblemProps {
  readonly error: ApiError;
  readonly onRetry?: () => void;
}

/** What could not be read or done, with the next step. */
export function Problem({ error, onRetry }: ProblemProps) {
  const { t } = useTranslation();
  const say = useErrorText();
  return (
    <div className={css.problem} role="alert">
      <Icon name="alert" />
      <p>{say(error)}</p>
      {onRetry && (
        <Button size="xs" variant="default" onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </div>
  );
}
