import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DeviceView } from "../../../../bus/messages/stack-service.ts";
import { CommandLine } from "../ui/command-line.tsx";
import { ExternalLink } from "../ui/external-link.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import ui from "../ui/ui.module.css";
import { useBegin } from "./jobs.ts";
import { useReading } from "./reading.ts";
import css from "./stacks.module.css";

/** A look is a login on each of them. */
const lookMs = 30_000;

/** Devices: each with what runs on it, and how the simulated one is started. */
export function DevicesPanel() {
  const { t } = useTranslation();
  const { value, error, again } = useReading<{ devices: readonly DeviceView[] }>("/devices", lookMs);
  const seen = useReading<{ options: readonly { label: string }[] }>("/detect/device_ip");
  const devices = value?.devices ?? [];
  const found = seen.value?.options ?? [];
  return (
    <Panel
      title={t("devices.title")}
      aside={
        devices.length > 0 && (
          <Button size="xs" variant="default" onClick={again}>
            {t("devices.again")}
          </Button>
        )
      }
    >
      <div className="stack">
        <p className={ui.note}>{t("devices.declared")}</p>
        {error && <Problem error={error} />}
        {devices.length > 0 && (
          <ul className={css.causes}>
            {devices.map((device) => (
              <Device key={device.name} device={device} />
            ))}
          </ul>
        )}
        {value && devices.every(({ simulated }) => !simulated) && (
          <>
            <p className={ui.note}>{t("devices.hint")}</p>
            <CommandLine command="dockfra devices up" />
          </>
        )}
        {found.length > 0 && (
          <p className={ui.note}>
            {t("devices.seen", {
              seen: found
                .slice(0, 8)
                .map(({ label }) => label)
                .join(", "),
            })}
          </p>
        )}
      </div>
    </Panel>
  );
}

function Device({ device }: { readonly device: DeviceView }) {
  const { t } = useTranslation();
  const { name, simulated, ssh, running, healthy, commit, url, detail } = device;
  const begin = useBegin();
  const deploy = useTask(() => begin({ do: "deploy", stack: name }));
  const state = running ? (healthy ? "healthy" : "unhealthy") : "stopped";
  return (
    <li className={css.cause}>
      <div className={css.rowHead}>
        <strong>{name}</strong>
        <span className={ui.badge} data-tone={tones[state]}>
          {t(`devices.states.${state}`)}
        </span>
        {simulated && <span className={ui.tag}>{t("devices.simulated")}</span>}
        <span className={ui.note}>
          <code className="mono">{ssh}</code>
          {commit !== undefined && (
            <>
              {" · "}
              <code className="mono">{commit.slice(0, 12)}</code>
            </>
          )}
        </span>
        <span className={css.buttons}>
          <Button
            size="xs"
            variant="default"
            loading={deploy.busy}
            onClick={() => void deploy.run()}
            aria-label={t("devices.deploy_to", { name })}
          >
            {t("devices.deploy")}
          </Button>
        </span>
      </div>
      <p className={ui.note}>{detail}</p>
      <p className={css.addresses}>
        <ExternalLink href={url} />
      </p>
      {deploy.error && <Problem error={deploy.error} />}
    </li>
  );
}

const tones = { healthy: "good", unhealthy: "bad", stopped: "wait" } as const;
