import { useTranslation } from "react-i18next";
import { sentenceOf } from "../texts/sentences.ts";
import { Icon } from "../ui/icon.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import css from "./project.module.css";
import type { Obstacle } from "./summary.ts";

/** What is in the way, each with what to do about it. */
export function Obstacles({ obstacles }: { readonly obstacles: readonly Obstacle[] }) {
  return (
    <ul className={css.obstacles}>
      {obstacles.map((obstacle, index) => (
        <ObstacleView key={index} obstacle={obstacle} />
      ))}
    </ul>
  );
}

function ObstacleView({ obstacle: { finding, variable, port, stack } }: { readonly obstacle: Obstacle }) {
  const { t, i18n } = useTranslation();
  const sentence =
    finding.code === "page_value_missing"
      ? t("overview.value_missing", { name: variable ?? "", stack: stack ?? "" })
      : sentenceOf(finding, i18n.language);
  return (
    <li className={css.obstacle} data-severity={finding.severity}>
      <Icon name={finding.severity === "info" ? "info" : "alert"} />
      <div className={css.obstacleText}>
        <p>{sentence}</p>
      </div>
      {variable !== undefined && (
        <RouteLink
          className={ui.link}
          to={stack === undefined ? { name: "stacks" } : { name: "stacks", stack }}
          hash={variable}
        >
          {port === undefined ? t("overview.fill_in") : t("overview.change_value", { name: variable })}
        </RouteLink>
      )}
    </li>
  );
}
