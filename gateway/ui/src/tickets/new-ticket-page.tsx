import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Check } from "../../../../bus/messages/checks.ts";
import { ApiError } from "../live/api.ts";
import { useLive } from "../live/live-context.ts";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { writeCheck } from "./check-text.ts";
import css from "./new-ticket.module.css";
import { TicketForm, type Draft } from "./ticket-form.tsx";

interface Example {
  readonly title: string;
  readonly description: string;
  readonly checks: readonly Check[];
}

const blank: Draft = { title: "", description: "", checks: "" };

/** A new ticket: one of three examples to begin with, or a blank one. */
export function NewTicketPage() {
  const { t } = useTranslation();
  const { call } = useLive();
  const [examples, setExamples] = useState<readonly Example[]>();
  const [error, setError] = useState<ApiError>();
  const [draft, setDraft] = useState(blank);
  const [chosen, setChosen] = useState(-1);
  useEffect(() => {
    const load = async (): Promise<void> => {
      try {
        setExamples((await call<{ examples: Example[] }>("/examples")).examples);
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        setError(problem);
      }
    };
    void load();
  }, [call]);
  const choose = (index: number): void => {
    const example = examples?.[index];
    setChosen(index);
    setDraft(example ? toDraft(example) : blank);
  };
  return (
    <>
      <PageHead title={t("create.title")} lead={t("create.lead")} />
      {error && <Problem error={error} />}
      {!examples && !error && <Lines count={3} height={44} />}
      {examples && (
        <div className={css.examples} role="group" aria-label={t("create.examples")}>
          {examples.map((example, index) => (
            <button
              key={example.title}
              type="button"
              className={css.example}
              aria-pressed={chosen === index}
              onClick={() => choose(index)}
            >
              <span className={css.exampleTag}>{t("create.example", { number: index + 1 })}</span>
              <span className={css.exampleTitle}>{example.title}</span>
              <span className={css.exampleText}>{preview(example.description)}</span>
            </button>
          ))}
          <button
            type="button"
            className={css.example}
            aria-pressed={chosen === -1}
            onClick={() => choose(-1)}
          >
            <span className={css.exampleTag}>
              <Icon name="plus" size={16} />
            </span>
            <span className={css.exampleTitle}>{t("create.blank")}</span>
            <span className={css.exampleText}>{t("create.blank_hint")}</span>
          </button>
        </div>
      )}
      <Panel title={t("create.form")}>
        <TicketForm key={chosen} draft={draft} />
      </Panel>
    </>
  );
}

/** The beginning of a text, to its last whole word. */
function preview(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length <= 140 ? line : `${line.slice(0, 140).replace(/\s\S*$/, "")} …`;
}

const checksFence = /^```checks\n([^`]*)```\n*/m;

/** The checks of a description get the field of their own. */
function toDraft({ title, description, checks }: Example): Draft {
  const fenced = checksFence.exec(description)?.[1]?.trim() ?? "";
  return {
    title,
    description: description.replace(checksFence, ""),
    checks: checks.length > 0 ? checks.map(writeCheck).join("\n") : fenced,
  };
}
