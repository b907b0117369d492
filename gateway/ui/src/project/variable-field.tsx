import { NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { VariableView } from "../../../../bus/messages/stack-service.ts";
import { Suggestions } from "../stacks/suggestions.tsx";
import ui from "../ui/ui.module.css";
import css from "./project.module.css";

interface VariableFieldProps {
  readonly variable: VariableView;
  /** What was typed; `undefined` where nothing was. */
  readonly value: string | undefined;
  readonly isAim: boolean;
  readonly onChange: (name: string, value: string | undefined) => void;
}

/** One variable: what it is, what it is now, where it is used, and a field for another value. */
export function VariableField({ variable, value, isAim, onChange }: VariableFieldProps) {
  const { t } = useTranslation();
  const { name, uses, requiredFor, stacks, missing, secret, isSet } = variable;
  return (
    <div className={css.variable} data-aim={isAim ? "" : undefined}>
      <div>
        <p className={css.variableName}>
          <span className="mono">{name}</span>
          {missing && (
            <span className={ui.tag} data-tone="bad">
              {t("variables.missing")}
            </span>
          )}
          {requiredFor.length > 0 && !missing && <span className={ui.tag}>{t("variables.required")}</span>}
          {variable.unused === true && (
            <span className={ui.tag} data-tone="wait">
              {t("variables.unused")}
            </span>
          )}
          {secret && (
            <span className={ui.tag} data-tone={isSet ? "good" : "wait"}>
              {t(isSet ? "variables.secret_set" : "variables.secret_unset")}
            </span>
          )}
        </p>
        {variable.label !== undefined && variable.label !== name && <p>{variable.label}</p>}
        {variable.desc !== undefined && <p className={ui.note}>{variable.desc}</p>}
        <p className={ui.note}>
          {[
            variable.sourceFile === undefined
              ? variable.source
                ? t(`variables.sources.${sourceOf(variable)}`)
                : t("variables.no_value")
              : t("variables.source_file", { file: variable.sourceFile }),
            ...(stacks.length > 0 ? [stacks.join(", ")] : []),
          ].join(" · ")}
        </p>
        {variable.default !== undefined && (
          <p className={ui.note}>
            {t("variables.default")}{" "}
            <code className="mono">{variable.default === "" ? '""' : variable.default}</code>
          </p>
        )}
        <Uses uses={uses} />
      </div>
      <ValueInput variable={variable} value={value} onChange={onChange} />
    </div>
  );
}

/** A value that is the files' own default was not found anywhere else; what a secret's default is stays unsaid. */
function sourceOf({ source, value, secret, default: written }: VariableView) {
  return source === "discovered" && (secret || (value !== undefined && value === written))
    ? "compose_file"
    : (source ?? "discovered");
}

function Uses({ uses }: { readonly uses: VariableView["uses"] }) {
  const { t } = useTranslation();
  const places = [...new Set(uses.map(({ file, line }) => `${file}:${line}`))];
  const [first, ...more] = places;
  if (first === undefined) return null;
  return (
    <div className={ui.note}>
      {t("variables.used_at")} <code className="mono">{first}</code>
      {more.length > 0 && (
        <details className={css.uses}>
          <summary>{t("variables.more_uses", { count: more.length })}</summary>
          <ul>
            {more.map((place) => (
              <li key={place}>
                <code className="mono">{place}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function ValueInput({ variable, value, onChange }: Omit<VariableFieldProps, "isAim">) {
  const { t } = useTranslation();
  const { name, secret, isSet } = variable;
  const current = variable.value ?? "";
  const common = {
    id: `value-${name}`,
    "aria-label": t("variables.value_of", { name }),
    value: value ?? (secret ? "" : current),
    onChange: (event: { currentTarget: { value: string } }) => {
      const typed = event.currentTarget.value;
      onChange(name, typed === (secret ? "" : current) ? undefined : typed);
    },
  };
  if (secret)
    return (
      <div>
        <PasswordInput
          {...common}
          placeholder={t(isSet ? "variables.keep_secret" : "variables.enter_secret")}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": t("variables.show_typed") }}
        />
        <Suggestions name={name} onTake={(suggested) => onChange(name, suggested)} />
      </div>
    );
  if (variable.options && variable.options.length > 0)
    return <NativeSelect {...common} data={["", ...variable.options]} />;
  return (
    <div>
      <TextInput
        {...common}
        placeholder={variable.placeholder ?? t("variables.enter")}
        autoComplete="off"
        spellCheck={false}
      />
      <Suggestions name={name} onTake={(suggested) => onChange(name, suggested)} />
    </div>
  );
}
