import { Button, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import type { RunResult } from "../roles/role-view.ts";
import { RunOutput } from "../roles/run-output.tsx";
import { CommandLine } from "../ui/command-line.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import { useReading } from "./reading.ts";
import css from "./stacks.module.css";

const timeoutMs = 300_000;

/** Devices: how the simulated one is started, which are seen, and what the monitor does with one. */
export function DevicesPanel() {
  const { t } = useTranslation();
  const { call } = useLive();
  const [device, setDevice] = useState("");
  const [run, setRun] = useState<{ readonly command: string; readonly result: RunResult }>();
  const seen = useReading<{ options: readonly { label: string }[] }>("/detect/device_ip");
  const task = useTask(async (command: "deploy" | "service-status") => {
    setRun(undefined);
    const body = { command, args: [device.trim()], timeoutMs };
    setRun({ command, result: await call<RunResult>("/roles/monitor/run", { body }) });
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (device.trim() !== "") void task.run("service-status");
  };
  const found = seen.value?.options ?? [];
  return (
    <Panel title={t("devices.title")}>
      <div className="stack">
        <p className={css.note}>
          {t("devices.declared")} {t("devices.hint")}
        </p>
        <CommandLine command="dockfra devices up" />
        <CommandLine command="dockfra devices list" />
        {found.length > 0 && (
          <p className={css.note}>
            {t("devices.seen", {
              seen: found
                .slice(0, 8)
                .map(({ label }) => label)
                .join(", "),
            })}
          </p>
        )}
        <form className={css.choices} onSubmit={submit}>
          <TextInput
            label={t("devices.name")}
            placeholder={t("devices.example")}
            value={device}
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setDevice(event.currentTarget.value)}
          />
          <Button
            type="submit"
            size="sm"
            variant="default"
            loading={task.busy}
            disabled={device.trim() === ""}
          >
            {t("devices.test")}
          </Button>
          <Button
            size="sm"
            loading={task.busy}
            disabled={device.trim() === ""}
            onClick={() => void task.run("deploy")}
          >
            {t("devices.deploy")}
          </Button>
        </form>
        {task.error && <Problem error={task.error} />}
        {run && <RunOutput command={run.command} result={run.result} />}
      </div>
    </Panel>
  );
}
