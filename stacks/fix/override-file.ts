import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { escapeDollars } from "../targets/compose/plain-dollars.ts";
import { readIfThere, writeDurably } from "../targets/durable-file.ts";
import { Patch } from "./plan.ts";

const Entries = z.array(z.strictObject({ fix: z.string(), patch: Patch }));
type Entry = z.infer<typeof Entries>[number];

/**
 * What fixes changed in a Compose project: a generated file that goes behind the project's own; none where nothing was fixed.
 * Where the project's services are named, changes of services that are no more are left out of it: Compose would refuse them.
 */
export function fixOverrideFiles(stateDir: string, project: string, services?: readonly string[]): string[] {
  const file = overrideFile(stateDir, project);
  if (!existsSync(file)) return [];
  if (services === undefined) return [file];
  const patches = readEntries(stateDir, project).map(({ patch }) => ({
    ...patch,
    services: Object.fromEntries(Object.entries(patch.services).filter(([name]) => services.includes(name))),
  }));
  const text = toOverride(patches);
  if (readIfThere(file) !== text) writeDurably(file, text);
  return [file];
}

/** Where the override of fixes is, there or not. */
export function overrideFile(stateDir: string, project: string): string {
  return join(stateDir, "targets", project, "fixes.yaml");
}

/** Adds what a fix changes; the same fix again replaces what it changed before. */
export function addPatch(stateDir: string, project: string, entry: Entry): void {
  const others = readEntries(stateDir, project).filter(({ fix }) => fix !== entry.fix);
  writeEntries(stateDir, project, [...others, entry]);
}

/** Takes out what a fix changed. */
export function removePatch(stateDir: string, project: string, fix: string): void {
  writeEntries(
    stateDir,
    project,
    readEntries(stateDir, project).filter((entry) => entry.fix !== fix),
  );
}

function readEntries(stateDir: string, project: string): Entry[] {
  const text = readIfThere(entriesFile(stateDir, project));
  if (text === undefined) return [];
  return Entries.parse(JSON.parse(text));
}

function writeEntries(stateDir: string, project: string, entries: readonly Entry[]): void {
  const files = [entriesFile(stateDir, project), overrideFile(stateDir, project)] as const;
  if (entries.length === 0) {
    for (const file of files) rmSync(file, { force: true });
    return;
  }
  mkdirSync(join(stateDir, "targets", project), { recursive: true, mode: 0o700 });
  writeDurably(files[0], JSON.stringify(entries));
  writeDurably(files[1], toOverride(entries.map(({ patch }) => patch)));
}

function entriesFile(stateDir: string, project: string): string {
  return join(stateDir, "targets", project, "fixes.json");
}

/** Writes patches as one Compose file, later ones over earlier ones; values are JSON, which is YAML and quotes whatever has to be. */
export function toOverride(patches: readonly Patch[]): string {
  const sections = (["services", "networks"] as const).flatMap((section) => {
    const merged = new Map<string, Patch["services"][string]>();
    for (const patch of patches)
      for (const [name, changes] of Object.entries(patch[section]))
        merged.set(name, { ...merged.get(name), ...changes });
    if (merged.size === 0) return [];
    return [`${section}:`, ...[...merged].flatMap(([name, changes]) => toBlock(name, changes))];
  });
  return `# What fixes changed. Made by "dockfra fix"; take it back with "dockfra fix undo ID".\n${sections.join("\n")}\n`;
}

function toBlock(name: string, changes: Patch["services"][string]): string[] {
  const lines = Object.entries(changes).map(([key, { value, replace }]) => {
    const tag = value === null ? "!reset " : replace ? "!override " : "";
    return `    ${key}: ${tag}${JSON.stringify(escapeDollars(value))}`;
  });
  return [`  ${JSON.stringify(name)}:`, ...lines];
}
