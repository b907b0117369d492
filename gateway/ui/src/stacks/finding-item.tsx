import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Finding } from "../../../../bus/messages/stack-service.ts";
import { sentenceOf } from "../texts/sentences.ts";
import { Icon } from "../ui/icon.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import { FixButton } from "./fix-button.tsx";
import css from "./stacks.module.css";

interface FindingProps {
  readonly finding: Finding;
  readonly onLeave?: () => void;
  /** What can be done beside its fixes. */
  readonly children?: ReactNode;
}

/** What is in the way of a launch, with what can be done about it. */
export function FindingItem({ finding, onLeave, children }: FindingProps) {
  const { t, i18n } = useTranslation();
  const { severity, fixes = [], stack, params } = finding;
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
            {...(onLeave ? { onClick: onLeave } : {})}
          >
            {t("launch.fill_in", { name: variable })}
          </RouteLink>
        )}
        {children}
      </div>
    </li>
  );
}
