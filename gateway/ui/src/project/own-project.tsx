import { useTranslation } from "react-i18next";
import type { Project } from "../live/state.ts";
import { CommandLine } from "../ui/command-line.tsx";
import { Icon } from "../ui/icon.tsx";
import { Panel } from "../ui/panel.tsx";
import ui from "../ui/ui.module.css";

/** How to point Dockfra at another project. */
export function OwnProject({ project }: { readonly project: Project }) {
  const { t } = useTranslation();
  return (
    <Panel
      title={
        <span className={ui.titled}>
          <Icon name="folder" /> {t("own.title")}
        </span>
      }
    >
      <div className="stack" style={{ gap: 9 }}>
        <p className={ui.note}>
          {t("own.now")} <code className="mono">{project.root}</code>
        </p>
        <CommandLine command="make wizard ROOT=~/my-project" />
        <p className={ui.note}>{t("own.hint")}</p>
        {project.others.length > 0 && (
          <>
            <p className={ui.note}>{t("own.others")}</p>
            {project.others.map((root) => (
              <CommandLine key={root} command={`dockfra url --root ${root}`} />
            ))}
          </>
        )}
      </div>
    </Panel>
  );
}
