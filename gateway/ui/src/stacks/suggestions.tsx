import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { say } from "../texts/sentences.ts";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import ui from "../ui/ui.module.css";
import css from "./stacks.module.css";

interface Suggestion {
  readonly id: string;
  /** Absent for a secret: it is taken without being shown. */
  readonly value?: string;
  readonly label: string;
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly secret: boolean;
}

interface SuggestionsProps {
  readonly name: string;
  readonly onTake: (value: string) => void;
}

/** What this machine suggests for a variable, each with where it comes from. */
export function Suggestions({ name, onTake }: SuggestionsProps) {
  const { t, i18n } = useTranslation();
  const { call, read } = useLive();
  const [found, setFound] = useState<readonly Suggestion[]>();
  const path = `/suggest/${encodeURIComponent(name)}`;
  const ask = useTask(async () =>
    setFound((await call<{ suggestions: readonly Suggestion[] }>(path)).suggestions),
  );
  const take = useTask(async ({ id, value }: Suggestion) => {
    if (value !== undefined) return onTake(value);
    await call(path, { body: { id } });
    setFound(undefined);
    return read.project();
  });
  return (
    <div className={css.suggestions}>
      {found === undefined && (
        <Button
          size="compact-xs"
          variant="subtle"
          loading={ask.busy}
          aria-label={t("suggestions.of", { name })}
          onClick={() => void ask.run()}
        >
          {t("suggestions.ask")}
        </Button>
      )}
      {found?.length === 0 && (
        <span className={ui.note} role="status">
          {t("suggestions.none")}
        </span>
      )}
      {found?.map((suggestion) => (
        <button
          key={suggestion.id}
          type="button"
          className={css.suggestion}
          disabled={take.busy}
          onClick={() => void take.run(suggestion)}
        >
          <span className="mono">{suggestion.value ?? t("suggestions.hidden")}</span>
          <span className="dim">{say(suggestion.code, i18n.language, suggestion.params)}</span>
        </button>
      ))}
      {ask.error && <Problem error={ask.error} />}
      {take.error && <Problem error={take.error} />}
    </div>
  );
}
