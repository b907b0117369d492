import { join } from "node:path";
import { DockfraError, invalidInput, notFound } from "../../bus/kernel/errors.ts";
import { discoverStacks } from "../../stacks/discover/discover.ts";
import { writeEnvFile } from "../../stacks/env-file/env-file.ts";
import { declaredVariables, readSayings } from "../../stacks/project-file/project-reading.ts";
import { layerVariables, type LayeredVariable } from "../../stacks/variables/layers.ts";
import type { Invocation } from "../invocation.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { prepareStateDir } from "../place/state-dir.ts";
import { readArgument } from "../terminal/input.ts";
import { printableLine } from "../../terminal/printable.ts";
import { alignRows } from "../../terminal/table.ts";

const hidden = "••••••";
const sourceNames = {
  discovered: "default of the Compose file",
  project_file: "dockfra.yaml",
  env_file: "dockfra/.env",
  environment: "environment",
  none: "not set",
} as const;

/** `env list`: exit code 2 where a required value is missing. */
export async function listVariables(invocation: Invocation<object>): Promise<number> {
  const { screen, options } = invocation;
  const variables = await readVariables(await resolveRoot(options.root));
  const exitCode = variables.some(({ missing }) => missing) ? 2 : 0;
  if (screen.json) {
    screen.data({ ok: exitCode === 0, variables: variables.map(conceal) });
    return exitCode;
  }
  if (variables.length === 0) screen.line("No stack here uses a variable.");
  const rows = variables.map((variable) => [
    `${variable.missing ? screen.paint("red", "✗") : " "} ${screen.paint("bold", variable.name)}`,
    showValue(variable),
    screen.paint("dim", variable.missing ? "required" : sourceNames[variable.source ?? "none"]),
    screen.paint("dim", variable.stacks.join(", ")),
  ]);
  for (const line of alignRows(rows)) screen.line(line);
  const missing = variables.find((variable) => variable.missing);
  if (missing) screen.note(`Set what is required with: dockfra env set ${missing.name} VALUE`);
  return exitCode;
}

/** `env get`: prints a value as it is, secrets too, because it was asked for by name. @throws `variable_unknown`, `variable_unset` */
export async function getVariable(invocation: Invocation<object>, name: string): Promise<void> {
  const { screen, options } = invocation;
  const root = await resolveRoot(options.root);
  const variable = (await readVariables(root)).find((one) => one.name === name);
  if (!variable)
    throw notFound("variable_unknown", `No stack below ${root} uses ${name}. See: dockfra env list`, {
      params: { root, name },
    });
  if (screen.json) return screen.data({ ok: true, ...variable });
  if (variable.value === undefined)
    throw notFound("variable_unset", `${name} has no value. Set it with: dockfra env set ${name} VALUE`, {
      params: { name },
    });
  screen.line(variable.value);
}

/** `env set`. @throws `variable_name_invalid`, and what the env file refuses */
export async function setVariable(
  invocation: Invocation<object>,
  name: string,
  value: string,
): Promise<void> {
  const { screen, options } = invocation;
  const root = await resolveRoot(options.root);
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(name))
    throw invalidInput(
      "variable_name_invalid",
      `"${name.slice(0, 60)}" is no name of a variable. Use letters, digits and _, not beginning with a digit.`,
      {
        params: { name: name.slice(0, 60) },
      },
    );
  const given = value === "-" ? (await readArgument("-")).replace(/\r?\n$/, "") : value;
  const file = join(await prepareStateDir(root), ".env");
  await writeEnvFile(file, new Map([[name, given]]));
  if (screen.json) return screen.data({ ok: true, name, file });
  screen.line(`Set ${name} in ${file}.`);
}

async function readVariables(root: string): Promise<readonly LayeredVariable[]> {
  const sayings = await readSayings(root, stateDirOf(root));
  const [refused] = sayings.refused;
  if (refused) {
    const { kind, code, message, params } = refused;
    throw new DockfraError(kind, code, message, { params });
  }
  const { stacks, values } = await discoverStacks(root, sayings.options);
  return layerVariables({
    stacks: stacks.map((stack) => ({ ...stack, values: values.get(stack.files[0] ?? "") ?? new Map() })),
    declared: declaredVariables(sayings.project),
    envFile: sayings.envFile,
    environment: process.env,
  });
}

function showValue({ value, secret }: LayeredVariable): string {
  if (value === undefined || value === "") return "";
  return secret ? hidden : printableLine(value, 60);
}

function conceal(variable: LayeredVariable): LayeredVariable {
  return variable.secret && variable.value !== undefined ? { ...variable, value: hidden } : variable;
}
