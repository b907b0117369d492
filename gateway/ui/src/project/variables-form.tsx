import { Button } from "@mantine/core";
import { useEffect, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { VariableView } from "../../../../bus/messages/stack-service.ts";
import { useLive } from "../live/live-context.ts";
import { Icon } from "../ui/icon.tsx";
import { Problem } from "../ui/problem.tsx";
import { useTask } from "../ui/task.ts";
import css from "./project.module.css";
import { VariableField } from "./variable-field.tsx";

/** Variables as a form: what is missing stands first, and only what was changed is sent. */
export function VariablesForm({ variables }: { readonly variables: readonly VariableView[] }) {
  const { t } = useTranslation();
  const { call, read } = useLive();
  const [changed, setChanged] = useState<ReadonlyMap<string, string>>(new Map());
  const [saved, setSaved] = useState<readonly string[]>([]);
  const aim = useAim();
  const save = useTask(async () => {
    const { updated } = await call<{ updated: string[] }>("/env", { body: Object.fromEntries(changed) });
    // what was typed stays until the new values are here, so that no field shows an old one
    await read.project();
    setChanged(new Map());
    setSaved(updated);
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (changed.size > 0) void save.run();
  };
  const change = (name: string, value: string | undefined): void => {
    setSaved([]);
    setChanged((now) => {
      const next = new Map(now);
      if (value === undefined) next.delete(name);
      else next.set(name, value);
      return next;
    });
  };
  const sorted = variables.toSorted(
    (a, b) =>
      Number(b.missing) - Number(a.missing) ||
      Number(a.unused ?? false) - Number(b.unused ?? false) ||
      a.name.localeCompare(b.name),
  );
  return (
    <form className={css.form} onSubmit={submit}>
      {sorted.map((variable) => (
        <VariableField
          key={variable.name}
          variable={variable}
          value={changed.get(variable.name)}
          isAim={aim === variable.name}
          onChange={change}
        />
      ))}
      {save.error && <Problem error={save.error} />}
      <div className={css.save}>
        <span className="dim" role="status">
          {saved.length > 0 ? t("variables.saved", { names: saved.join(", ") }) : t("variables.where")}
        </span>
        {changed.size > 0 && (
          <Button variant="default" onClick={() => setChanged(new Map())}>
            {t("variables.discard")}
          </Button>
        )}
        <Button
          type="submit"
          leftSection={<Icon name="check" size={16} />}
          loading={save.busy}
          disabled={changed.size === 0}
        >
          {t("variables.save", { count: changed.size })}
        </Button>
      </div>
    </form>
  );
}

/** The variable that the address names; its field comes into view and takes the cursor. */
function useAim(): string {
  const [aim] = useState(() => decodeURIComponent(location.hash.slice(1)));
  useEffect(() => {
    const field = aim === "" ? null : document.getElementById(`value-${aim}`);
    field?.scrollIntoView({ block: "center" });
    field?.focus({ preventScroll: true });
  }, [aim]);
  return aim;
}
