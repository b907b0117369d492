import { Button, Group, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { CommandLine } from "../ui/command-line.tsx";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import { ParamField } from "./param-field.tsx";
import { optionsOf, writeLine, type RoleCommand, type RoleName, type RunResult } from "./role-view.ts";
import css from "./roles.module.css";
import { RunOutput, Running } from "./run-output.tsx";

/** The longest that the page waits. */
const timeoutMs = 600_000;

interface CommandFormProps {
  readonly role: RoleName;
  readonly roleName: string;
  readonly command: RoleCommand;
}

/** A command's arguments, a button that runs it, and what came of it. */
export function CommandForm({ role, roleName, command }: CommandFormProps) {
  const { t } = useTranslation();
  const { call } = useLive();
  const [values, setValues] = useState<readonly string[]>(command.params.map(() => ""));
  const [options, setOptions] = useState("");
  const [isAsking, setAsking] = useState(false);
  const [result, setResult] = useState<RunResult>();
  const filled = values.filter((value) => value.trim() !== "");
  const line = writeLine(command.params, values, options);
  const isComplete = command.params.every(({ required }, index) => !required || values[index]?.trim() !== "");
  const task = useTask(async () => {
    setResult(undefined);
    setResult(
      await call<RunResult>(`/roles/${role}/run`, { body: { command: command.name, line, timeoutMs } }),
    );
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isComplete || task.busy) return;
    if (command.confirm) setAsking(true);
    else void task.run();
  };
  const known = optionsOf(command.usage);
  return (
    <form className={css.form} onSubmit={submit}>
      {command.params.map((param, index) => (
        <ParamField
          key={`${param.name}-${index}`}
          id={`${role}-${command.name}-${index}`}
          param={param}
          value={values[index] ?? ""}
          onChange={(value) => setValues((now) => now.with(index, value))}
        />
      ))}
      {known !== "" && (
        <TextInput
          label={t("roles.commands.options")}
          description={known}
          value={options}
          onChange={(event) => setOptions(event.currentTarget.value)}
          maxLength={8_000}
          autoComplete="off"
          spellCheck={false}
          className={css.mono}
        />
      )}
      <Group gap="sm">
        <Button
          type="submit"
          size="sm"
          leftSection={<Icon name="play" size={15} />}
          loading={task.busy}
          disabled={!isComplete}
        >
          {t(result ? "roles.commands.run_again" : "roles.commands.run")}
        </Button>
        {task.busy && <Running />}
      </Group>
      {task.error && <Problem error={task.error} />}
      {result && <RunOutput command={command.name} result={result} />}
      {isAsking && (
        <ConfirmDialog
          title={t("roles.confirm.title", { command: command.name, role: roleName })}
          go={t("roles.confirm.go")}
          onGo={() => void task.run()}
          onClose={() => setAsking(false)}
        >
          <p>{t(`roles.confirm.${command.source}`, { role: roleName })}</p>
          <CommandLine command={[command.name, ...filled, options.trim()].join(" ").trim()} />
        </ConfirmDialog>
      )}
    </form>
  );
}
