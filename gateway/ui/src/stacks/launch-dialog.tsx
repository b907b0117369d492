import { Button, Group, Modal, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "../../../../bus/messages/stack-service.ts";
import { sentenceOf } from "../texts/sentences.ts";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { Problem } from "../ui/problem.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import { useTask } from "../ui/task.ts";
import ui from "../ui/ui.module.css";
import { FixButton } from "./fix-button.tsx";
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
            <p className={css.note}>{t("launch.looking")}</p>
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
            <FindingView
              key={index}
              finding={finding}
              isAccepted={finding.hash !== undefined && accepted.includes(finding.hash)}
              onAccept={accept}
              onLeave={onClose}
            />
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

interface FindingProps {
  readonly finding: Finding;
  readonly isAccepted: boolean;
  readonly onAccept: (hash: string, isAccepted: boolean) => void;
  readonly onLeave: () => void;
}

function FindingView({ finding, isAccepted, onAccept, onLeave }: FindingProps) {
  const { t, i18n } = useTranslation();
  const { severity, hash, fixes = [], stack, params } = finding;
  const variable = typeof params["name"] === "string" ? params["name"] : undefined;
  return (
    <li className={css.cause} data-severity={severity}>
      <p className={css.causeHead}>
        <Icon name={severity === "info" ? "info" : "alert"} />
        <span>{sentenceOf(finding, i18n.language)}</span>
      </p>
      <div className={css.fixes}>
        {fixes.map((fix) => (
          <FixButton key={fix.id} fix={fix} />
        ))}
        {finding.code === "value_missing" && variable !== undefined && (
          <RouteLink
            className={ui.link}
            to={stack === undefined ? { name: "stacks" } : { name: "stacks", stack }}
            hash={variable}
            onClick={onLeave}
          >
            {t("launch.fill_in", { name: variable })}
          </RouteLink>
        )}
        {hash !== undefined && (
          <Check
            label={t("launch.accept")}
            value={isAccepted}
            onChange={(checked) => onAccept(hash, checked)}
          />
        )}
      </div>
    </li>
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
