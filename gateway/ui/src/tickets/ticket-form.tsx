import { Button, Group, NativeSelect, Textarea, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { go } from "../app/router.ts";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import { readChecks } from "./check-text.ts";
import css from "./new-ticket.module.css";

/** What a ticket is made of, as it is typed. */
export interface Draft {
  readonly title: string;
  readonly description: string;
  /** One check a line. */
  readonly checks: string;
}

const priorities = ["low", "normal", "high", "critical"] as const;
const levels = ["", "manual", "assisted", "autonomous"] as const;

/** The form of a new ticket. */
export function TicketForm({ draft }: { readonly draft: Draft }) {
  const { t } = useTranslation();
  const { call, read, state } = useLive();
  const stacks = useStore(state.project).value?.stacks.filter((stack) => stack.deployable) ?? [];
  const [fields, setFields] = useState({ ...draft, priority: "normal", autonomy: "", stack: "", labels: "" });
  const set = (name: keyof typeof fields) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setFields((now) => ({ ...now, [name]: value }));
  };
  const { checks, wrong } = readChecks(fields.checks);
  const task = useTask(async () => {
    const labels = fields.labels
      .split(",")
      .map((label) => label.trim())
      .filter((label) => label !== "");
    const { id } = await call<{ id: string }>("/tickets", {
      body: {
        title: fields.title.trim(),
        priority: fields.priority,
        ...(fields.description.trim() === "" ? {} : { description: fields.description }),
        ...(checks.length === 0 ? {} : { checks }),
        ...(labels.length === 0 ? {} : { labels }),
        ...(fields.stack === "" ? {} : { stack: fields.stack }),
        ...(fields.autonomy === "" ? {} : { autonomy: fields.autonomy }),
      },
    });
    read.takeTicket(await call(`/tickets/${id}`));
    go({ name: "ticket", id });
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wrong === undefined && fields.title.trim() !== "") void task.run();
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label={t("create.name")}
        placeholder={t("create.name_placeholder")}
        required
        maxLength={300}
        value={fields.title}
        onChange={set("title")}
      />
      <Textarea
        label={t("create.description")}
        description={t("create.description_hint")}
        autosize
        minRows={4}
        maxRows={22}
        maxLength={200_000}
        value={fields.description}
        onChange={set("description")}
        className={css.mono}
      />
      <Textarea
        label={t("create.checks")}
        description={t("create.checks_hint")}
        placeholder='GET / -> 200 contains "Welcome"'
        autosize
        minRows={2}
        maxRows={10}
        value={fields.checks}
        onChange={set("checks")}
        error={wrong === undefined ? undefined : t("create.check_wrong", { line: wrong })}
        className={css.mono}
        spellCheck={false}
      />
      <div className={css.pair}>
        <NativeSelect
          label={t("facts.priority")}
          value={fields.priority}
          onChange={set("priority")}
          data={priorities.map((value) => ({ value, label: t(`priority.${value}`) }))}
        />
        <NativeSelect
          label={t("facts.autonomy")}
          value={fields.autonomy}
          onChange={set("autonomy")}
          data={levels.map((value) => ({
            value,
            label: t(value === "" ? "autonomy.default" : `autonomy.${value}`),
          }))}
        />
        {stacks.length > 1 && (
          <NativeSelect
            label={t("facts.stack")}
            value={fields.stack}
            onChange={set("stack")}
            data={[
              { value: "", label: t("create.stack_default") },
              ...stacks.map(({ name }) => ({ value: name, label: name })),
            ]}
          />
        )}
        <TextInput
          label={t("facts.labels")}
          placeholder={t("create.labels_placeholder")}
          value={fields.labels}
          onChange={set("labels")}
        />
      </div>
      {task.error && <Problem error={task.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={() => go({ name: "tickets" })}>
          {t("common.cancel")}
        </Button>
        <Button type="submit" loading={task.busy} disabled={fields.title.trim() === ""}>
          {t("create.submit")}
        </Button>
      </Group>
    </form>
  );
}
