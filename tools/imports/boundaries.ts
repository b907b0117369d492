import { basename } from "node:path";
import { nodeHomes, packageHomes, roomRules, vagueNames, type RoomRule } from "./rooms.ts";
import type { Import, Source } from "./source.ts";

/** Lists what a file may not do: foreign rooms, packages away from home, shells, names that say nothing. */
export function findViolations(source: Source): string[] {
  const rule = roomRules.find(({ room }) => source.path.startsWith(room));
  const problems = source.imports.flatMap((use) => {
    // Tools and tests may import everything; what they must not is start a shell.
    return [rule && refuseImport(source.path, use, rule), refuseShellImport(use)]
      .filter((text) => text !== undefined)
      .map((text) => `${source.path}:${use.line}: ${text}`);
  });
  if (rule !== undefined) problems.push(...findShells(source));
  const name = basename(source.path).replace(/\.tsx?$/, "");
  if (vagueNames.includes(name))
    problems.push(`${source.path}: name the file for what it holds, not "${name}"`);
  return problems;
}

function refuseImport(path: string, use: Import, rule: RoomRule): string | undefined {
  if (isOurs(use)) return refuseRoom(use, rule);
  if (rule.onlyPackages !== undefined && !rule.onlyPackages.includes(use.target)) {
    return `${rule.room} may import ${rule.onlyPackages.join(", ")} and nothing else from outside, not "${use.target}"`;
  }
  return refuseHome(path, use.target);
}

function refuseRoom({ target, typeOnly }: Import, rule: RoomRule): string | undefined {
  const allowed = [rule.room, ...rule.mayImport, ...(typeOnly ? (rule.mayImportTypesOf ?? []) : [])];
  if (allowed.some((prefix) => target.startsWith(prefix))) return undefined;
  const list = rule.mayImport.length > 0 ? rule.mayImport.join(", ") : "nothing of ours";
  return `${rule.room} may import ${list}, not "${target}"`;
}

function refuseHome(path: string, specifier: string): string | undefined {
  const isNode = specifier.startsWith("node:");
  const name = isNode ? specifier : toPackageName(specifier);
  const scope = `${name.split("/", 1)[0]}/*`;
  const homes = isNode ? nodeHomes[name] : (packageHomes[name] ?? packageHomes[scope]);
  if (homes === undefined)
    return isNode ? undefined : `"${name}" has no home yet; give it one in tools/imports/rooms.ts`;
  return homes.some((home) => path.startsWith(home))
    ? undefined
    : `"${name}" lives in ${homes.join(", ")} only`;
}

function refuseShellImport({ target, names }: Import): string | undefined {
  if (target !== "node:child_process" && target !== "child_process") return undefined;
  const shells = names.filter((name) => name === "exec" || name === "execSync");
  return shells.length > 0 ? `${shells.join(", ")} runs a shell; use execa with an argv array` : undefined;
}

const shellForms: readonly (readonly [form: RegExp, reason: string])[] = [
  [/\bshell:\s*(?!false\b)\S/, "the option shell hands text to a shell; use an argv array"],
  [/\bexecaCommand(Sync)?\b/, "execaCommand splits text into arguments; use an argv array"],
  [
    /["'](?:ba|da|z)?sh["'],\s*\[\s*["']-c["'],(?!\s*["'])/,
    "sh -c with a variable runs text; use an argv array",
  ],
];

function findShells({ path, text }: Source): string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      shellForms.filter(([form]) => form.test(line)).map(([, reason]) => `${path}:${index + 1}: ${reason}`),
    );
}

function isOurs({ target }: Import): boolean {
  return /\.tsx?$|\.json$|^[^@].*\.css$/.test(target);
}

function toPackageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
