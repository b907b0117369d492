import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { invalidInput } from "../../../bus/kernel/errors.ts";
import { readEnvFile } from "../../env-file/env-file.ts";
import { ResolvedConfig, type FileObject } from "./stack-file.ts";

/** A swarm keeps names of secrets and configs up to this length. */
const maxName = 64;
const kinds = ["secrets", "configs"] as const;

/**
 * Puts what secrets and configs hold into a resolved configuration, each under a name of its own content: a swarm changes none
 * that is there, and a release comes back with what it had.
 * @throws `swarm_file_missing`
 */
export async function sealFiles(config: unknown, envFiles: readonly string[]): Promise<unknown> {
  const { secrets, configs } = ResolvedConfig.parse(config);
  const values = await readEnvFiles(envFiles);
  const seal = (object: FileObject): FileObject => {
    if (object.external || isSealed(object)) return object;
    const bytes = readObject(object, values);
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
    const name = `${object.name.slice(0, maxName - hash.length - 1)}-${hash}`;
    return { name, content: bytes.toString("base64"), "x-base64": true };
  };
  return {
    ...(config as object),
    secrets: mapObjects(secrets, seal),
    configs: mapObjects(configs, seal),
  };
}

/** Gives a configuration that a swarm ran its secrets and configs as files in a directory, since Compose takes them as such. */
export function unsealFiles(config: unknown, dir: string): unknown {
  const { secrets, configs } = ResolvedConfig.parse(config);
  if (![...Object.values(secrets), ...Object.values(configs)].some(isSealed)) return config;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const unseal = (object: FileObject): FileObject => {
    if (!isSealed(object)) return object;
    const file = join(dir, object.name);
    // the container's user has to read it, and nobody else comes through the directory
    rmSync(file, { force: true });
    writeFileSync(file, Buffer.from(object.content ?? "", "base64"), { mode: 0o444 });
    return { name: object.name.replace(/-[0-9a-f]{12}$/, ""), file };
  };
  return {
    ...(config as object),
    secrets: mapObjects(secrets, unseal),
    configs: mapObjects(configs, unseal),
  };
}

function isSealed(object: FileObject): boolean {
  return object["x-base64"] === true;
}

/** Gives the contents of secrets and configs as files while `use` runs; their paths by the names in the swarm. */
export async function withFiles<T>(
  config: ResolvedConfig,
  use: (files: ReadonlyMap<string, string>) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), "dockfra-stack-"));
  try {
    const objects = kinds.flatMap((kind) => Object.values(config[kind]));
    const files = objects
      .filter(({ external }) => !external)
      .map(({ name, content = "" }, index) => {
        const file = join(dir, String(index));
        writeFileSync(file, Buffer.from(content, "base64"), { mode: 0o600 });
        return [name, file] as const;
      });
    return await use(new Map(files));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function readObject(
  { name, file, environment, content }: FileObject,
  values: ReadonlyMap<string, string>,
): Buffer {
  // Compose writes a dollar twice
  if (content !== undefined) return Buffer.from(content.replaceAll("$$", "$"));
  const value = environment === undefined ? undefined : values.get(environment);
  if (value !== undefined) return Buffer.from(value);
  if (file !== undefined && existsSync(file)) return readFileSync(file);
  const lacking = file ?? environment ?? name;
  throw invalidInput(
    "swarm_file_missing",
    `"${name}" takes its content from ${lacking}, which is not there. Put it there and deploy again.`,
    { params: { name, lacking } },
  );
}

async function readEnvFiles(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const read = await Promise.all(files.filter((file) => existsSync(file)).map((file) => readEnvFile(file)));
  return new Map(read.flatMap((values) => [...values]));
}

function mapObjects(
  objects: Readonly<Record<string, FileObject>>,
  change: (object: FileObject) => FileObject,
): Record<string, FileObject> {
  return Object.fromEntries(Object.entries(objects).map(([key, object]) => [key, change(object)]));
}
