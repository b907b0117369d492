import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../live/api.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { CommandForm } from "./command-form.tsx";
import type { RoleCommand, RoleView } from "./role-view.ts";
import css from "./roles.module.css";

/** Fewer than this are seen at once. */
const manyCommands = 9;

/** A role's commands; each unfolds into a form. */
export function CommandsPanel({ view, name }: { readonly view: RoleView; readonly name: string }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const { commands, problem } = view;
  const words = wanted.trim().toLowerCase();
  const found = commands.filter(({ name: each, summary }) =>
    `${each} ${summary}`.toLowerCase().includes(words),
  );
  const groups = (["built_in", "project"] as const).filter((source) =>
    found.some((command) => command.source === source),
  );
  return (
    <Panel
      title={t("roles.commands.title")}
      aside={
        commands.length >= manyCommands && (
          <TextInput
            size="xs"
            aria-label={t("roles.commands.find")}
            placeholder={t("roles.commands.find")}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
            type="search"
          />
        )
      }
    >
      {problem && <Problem error={new ApiError(503, problem)} />}
      {!problem && commands.length === 0 && <EmptyState icon="roles" title={t("roles.commands.none")} />}
      {commands.length > 0 && found.length === 0 && <p className="dim">{t("roles.commands.none_found")}</p>}
      {groups.map((source) => (
        <div key={source} className={css.group}>
          {(groups.length > 1 || source === "project") && (
            <h3 className={css.groupTitle}>{t(`roles.commands.${source}`)}</h3>
          )}
          <ul className={css.commands}>
            {found
              .filter((command) => command.source === source)
              .map((command) => (
                <Command key={command.name} command={command} view={view} roleName={name} />
              ))}
          </ul>
        </div>
      ))}
    </Panel>
  );
}

interface CommandProps {
  readonly command: RoleCommand;
  readonly view: RoleView;
  readonly roleName: string;
}

function Command({ command, view, roleName }: CommandProps) {
  const [isOpen, setOpen] = useState(false);
  const id = `command-${command.name}`;
  return (
    <li className={css.command} data-open={isOpen ? "" : undefined}>
      <button
        type="button"
        className={css.commandHead}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span className={css.commandName}>{command.name}</span>
        <span className={css.about}>{command.summary}</span>
        <span className={css.chevron}>
          <Icon name="unfold" size={16} />
        </span>
      </button>
      {isOpen && (
        <div id={id} className={css.commandBody}>
          <CommandForm role={view.role} roleName={roleName} command={command} />
        </div>
      )}
    </li>
  );
}
