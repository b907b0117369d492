import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { StackView } from "../../../../bus/messages/stack-service.ts";
import type { ServiceState } from "../../../../bus/messages/stack-watch.ts";
import { ConfirmDialog } from "../ui/confirm-dialog.tsx";
import { ExternalLink } from "../ui/external-link.tsx";
import { Icon } from "../ui/icon.tsx";
import { Problem } from "../ui/problem.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import { useTask } from "../ui/task.ts";
import ui from "../ui/ui.module.css";
import { useBegin } from "./jobs.ts";
import { LaunchDialog } from "./launch-dialog.tsx";
import { addressOf, stackTones, stateOfStack, toneOf } from "./service-states.ts";
import css from "./stacks.module.css";

interface StackRowProps {
  readonly stack: StackView;
  readonly services: readonly ServiceState[];
  /** Address of the release that the crew deployed. */
  readonly url: string | undefined;
  /** Whether the page's own title names it already. */
  readonly isHead?: boolean;
}

/** A stack: how it is, what it starts, where it answers, and what can be done with it. */
export function StackRow({ stack, services, url, isHead = false }: StackRowProps) {
  const { t } = useTranslation();
  const { name, dir, absoluteDir, files, missing, source } = stack;
  const state = stateOfStack(stack, services);
  const isElsewhere = source === "engine";
  const place = absoluteDir ?? (dir === "" ? "." : dir);
  return (
    <article className={css.row} aria-label={name}>
      <div className={css.rowHead}>
        {!isHead && (
          <RouteLink className={css.rowName} to={{ name: "stacks", stack: name }}>
            {name}
          </RouteLink>
        )}
        <span className={ui.badge} data-tone={stackTones[state]}>
          {t(`stacks.states.${state}`)}
        </span>
        {isElsewhere && (
          <span className={ui.tag} title={t("stacks.elsewhere_hint", { dir: place })}>
            {t("stacks.elsewhere")}
          </span>
        )}
        {missing.length > 0 && (
          <RouteLink
            className={ui.tag}
            data-tone="bad"
            to={{ name: "stacks", stack: name }}
            hash={missing[0] ?? ""}
          >
            {t("overview.missing", { count: missing.length })}
          </RouteLink>
        )}
        <StackButtons name={name} isUp={state !== "stopped"} />
      </div>
      <p className={ui.note}>
        <code className="mono">{[place, files.join(", ")].filter((part) => part !== "").join(" · ")}</code>
      </p>
      <ul className={css.chips}>
        {chipsOf(stack, services).map(({ service, tone, word }) => (
          <li key={service} className={css.chip} data-tone={tone}>
            {service}
            {word !== undefined && <span className={css.chipState}>{t(`services.states.${word}`)}</span>}
          </li>
        ))}
      </ul>
      <Addresses services={services} url={url} />
    </article>
  );
}

function Addresses({ services, url }: Pick<StackRowProps, "services" | "url">) {
  const found = services.flatMap(({ ports }) =>
    ports.flatMap((port) => addressOf(port, location.hostname) ?? []),
  );
  const all = [...new Set([...(url === undefined ? [] : [url]), ...found])].slice(0, 8);
  if (all.length === 0) return null;
  return (
    <p className={css.addresses}>
      {all.map((address) => (
        <ExternalLink key={address} href={address} />
      ))}
    </p>
  );
}

function StackButtons({ name, isUp }: { readonly name: string; readonly isUp: boolean }) {
  const { t } = useTranslation();
  const begin = useBegin();
  const [dialog, setDialog] = useState<"launch" | "stop">();
  const restart = useTask(() => begin({ do: "restart", stack: name }));
  const stop = useTask(() => begin({ do: "stop", stack: name }));
  return (
    <span className={css.buttons}>
      <Button
        size="xs"
        variant={isUp ? "default" : "filled"}
        leftSection={<Icon name="play" size={13} />}
        onClick={() => setDialog("launch")}
        aria-label={t("stacks.launch_of", { name })}
      >
        {t("stacks.launch")}
      </Button>
      {isUp && (
        <>
          <Button
            size="xs"
            variant="default"
            loading={restart.busy}
            onClick={() => void restart.run()}
            aria-label={t("stacks.restart_of", { name })}
          >
            {t("stacks.restart")}
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={stop.busy}
            onClick={() => setDialog("stop")}
            aria-label={t("stacks.stop_of", { name })}
          >
            {t("stacks.stop")}
          </Button>
        </>
      )}
      {restart.error && <Problem error={restart.error} />}
      {stop.error && <Problem error={stop.error} />}
      {dialog === "launch" && <LaunchDialog stack={name} onClose={() => setDialog(undefined)} />}
      {dialog === "stop" && (
        <ConfirmDialog
          title={t("stacks.stop_ask", { name })}
          go={t("stacks.stop")}
          onGo={() => void stop.run()}
          onClose={() => setDialog(undefined)}
        >
          <p>{t("stacks.stop_hint")}</p>
        </ConfirmDialog>
      )}
    </span>
  );
}

/** What the files name comes first; a container of a service that they no longer name is shown too. */
function chipsOf(stack: StackView, services: readonly ServiceState[]) {
  const named = stack.services.map(({ name }) => name);
  const all = [...new Set([...named, ...services.map(({ service }) => service)])];
  return all.map((service) => {
    const found = services.filter((one) => one.service === service);
    const worst = found.find((one) => toneOf(one) === "bad") ?? found[0];
    const isPlain = worst === undefined || worst.state === "missing";
    return { service, tone: worst && toneOf(worst), word: isPlain ? undefined : worst.state };
  });
}
