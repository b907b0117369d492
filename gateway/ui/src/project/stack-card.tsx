import { useTranslation } from "react-i18next";
import type { StackView } from "../../../../bus/messages/stack-service.ts";
import { RouteLink } from "../ui/route-link.tsx";
import ui from "../ui/ui.module.css";
import css from "./project.module.css";

/** A stack: where it is, what it starts, what it lacks. */
export function StackCard({ stack }: { readonly stack: StackView }) {
  const { t } = useTranslation();
  return (
    <RouteLink className={css.stack} to={{ name: "stacks", stack: stack.name }}>
      <span className={css.stackHead}>
        <span className={css.stackName}>{stack.name}</span>
        {stack.missing.length > 0 ? (
          <span className={ui.tag} data-tone="bad">
            {t("overview.missing", { count: stack.missing.length })}
          </span>
        ) : (
          <span className={ui.tag} data-tone={stack.deployable ? "good" : undefined}>
            {t(stack.deployable ? "stacks.deployable" : "stacks.known")}
          </span>
        )}
      </span>
      <span className={ui.note}>
        <code className="mono">
          {[stack.dir === "" ? "." : stack.dir, stack.files.join(", ")]
            .filter((part) => part !== "")
            .join(" · ")}
        </code>
      </span>
      <span className={css.services}>
        {stack.services.map((service) => (
          <span key={service.name} className={css.service}>
            {service.name}
            {service.ports.length > 0 && ` ${service.ports.join(" ")}`}
          </span>
        ))}
      </span>
    </RouteLink>
  );
}
