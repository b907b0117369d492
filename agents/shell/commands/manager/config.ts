import type { Role } from "../../../../bus/messages/principals.ts";
import type { RunCommand } from "../../command.ts";
import type { Door } from "../../door.ts";
import { alignRows } from "../../../../terminal/table.ts";

const configured = ["manager", "developer", "monitor", "autopilot"] as const satisfies readonly Role[];

/** `config-show`: what is set of each role. */
export const configShow: RunCommand = async ({ door, screen }) => {
  const roles = await Promise.all(
    configured.map(async (role) => ({ role, ...(await readSettings(door, role)) })),
  );
  if (screen.json) return screen.data({ ok: true, roles });
  const rows = roles.map(({ role, model }) => [screen.paint("bold", role), `model ${model ?? "default"}`]);
  for (const line of alignRows(rows)) screen.line(line);
};

/** `config-developer`, `config-monitor`, `config-autopilot`: shows, or sets what an option names. */
export function configRole(role: Role): RunCommand {
  return async ({ door, screen }, given) => {
    const model = given.value("model");
    if (model !== undefined) await door.ask("settings.set", { key: modelKey(role), value: model.trim() });
    const settings = await readSettings(door, role);
    if (screen.json) return screen.data({ ok: true, role, ...settings });
    screen.line(`${screen.paint("bold", role)}  model ${settings.model ?? "default"}`);
  };
}

async function readSettings(door: Pick<Door, "ask">, role: Role): Promise<{ model?: string }> {
  const { value } = await door.ask("settings.get", { key: modelKey(role) });
  return value === undefined || value === "" ? {} : { model: value };
}

function modelKey(role: Role): string {
  return `llm.${role}.model`;
}
