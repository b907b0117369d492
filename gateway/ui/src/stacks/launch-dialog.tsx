import { Button, Group, Modal, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "../../../../bus/messages/stack-service.ts";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import ui from "../ui/ui.module.css";
import { FindingItem } from "./finding-item.tsx";
import { useBegin } from "./jobs.ts";
import { queryOf, useReading } from "./reading.ts";
import css from "./stacks.module.css";

interface LaunchDialogProps {
  /** Absent for all stacks. */
  readonly stack: string | undefined;
  readonly onClose: () => void;
}

/** Looks for what stands in the way, has it mended or accepted, and launches. */
export function LaunchDialog({ stack, onClose }: LaunchDialogProps) {
  const { t } = useTranslation();
  const [environment, setEnvironment] = useState<"local" | "production">("local");
  const [build, setBuild] = useState(false);
  const [pull, setPull] = useState(false);
  const [accepted, setAccepted] = useState<readonly string[]>([]);
  const preflight = useReading<{ findings: readonly Finding[] }>(
    `/preflight${queryOf({ stacks: stack, environment })}`,
  );
  const begin = useBegin();
  const launch = useTask(() =>
    begin({
      ...{ do: "launch", stacks: stack === undefined ? [] : [stack], environment },
      ...(build ? { build } : {}),
      ...(pull ? { pull } : {}),
      ...(accepted.length > 0 ? { approve: [...accepted] } : {}),
    }),
  );
  const findings = preflight.value?.findings;
  const isBlocked = findings?.some(({ severity, hash }) =>
    hash === undefined ? severity === "error" : !accepted.includes(hash),
  );
  const inTheWay = findings?.filter(({ severity, hash }) => severity === "error" || hash !== undefined) ?? [];
  const name = stack ?? t("launch.all");
  const accept = (hash: string, isAccepted: boolean): void =>
    setAccepted((now) => (isAccepted ? [...now, hash] : now.filter((other) => other !== hash)));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("launch.title", { name })}
      closeButtonProps={{ "aria-label": t("common.close") }}
      size="lg"
    >
      <div className="stack">
        <div className={css.choices}>
          <NativeSelect
            label={t("launch.environment")}
            value={environment}
            onChange={(event) =>
              setEnvironment(event.currentTarget.value === "production" ? "production" : "local")
            }
            data={(["local", "production"] as const).map((value) => ({
              value,
              label: t(`launch.environments.${value}`),
            }))}
          />
          <Check label={t("launch.build")} value={build} onChange={setBuild} />
          <Check label={t("launch.pull")} value={pull} onChange={setPull} />
        </div>
        {preflight.error && <Problem error={preflight.error} onRetry={preflight.again} />}
        {!findings && !preflight.error && (
          <div>
            <p className={ui.note}>{t("launch.looking")}</p>
            <Lines count={3} />
          </div>
        )}
        {findings && (
          <p role="status">
            {inTheWay.length === 0 ? t("launch.clear") : t("launch.in_the_way", { count: inTheWay.length })}
          </p>
        )}
        <ul className={css.causes}>
          {findings?.map((finding, index) => (
            <FindingItem key={index} finding={finding} onLeave={onClose}>
              {finding.hash !== undefined && (
                <Accept hash={finding.hash} accepted={accepted} onAccept={accept} />
              )}
            </FindingItem>
          ))}
        </ul>
        {launch.error && <Problem error={launch.error} />}
        <Group justify="flex-end">
          <Button variant="default" leftSection={<Icon name="refresh" size={15} />} onClick={preflight.again}>
            {t("diagnosis.look")}
          </Button>
          <Button
            leftSection={<Icon name="play" size={15} />}
            disabled={isBlocked !== false}
            loading={launch.busy}
            onClick={() => void launch.run().then((done) => done && onClose())}
          >
            {t("launch.go")}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}

interface AcceptProps {
  readonly hash: string;
  readonly accepted: readonly string[];
  readonly onAccept: (hash: string, isAccepted: boolean) => void;
}

function Accept({ hash, accepted, onAccept }: AcceptProps) {
  const { t } = useTranslation();
  return (
    <Check
      label={t("launch.accept")}
      value={accepted.includes(hash)}
      onChange={(checked) => onAccept(hash, checked)}
    />
  );
}

interface CheckProps {
  readonly label: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

function Check({ label, value, onChange }: CheckProps) {
  return (
    <label className={css.check}>
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}
