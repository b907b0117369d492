/**
 * Records what `docker compose config --variables` says of each Compose file below test/data/compose-variables, as
 * the test data that discovery is held against. Run it with a Compose v2 at hand: `node tools/record-compose-variables.ts`.
 * Compose takes one by chance where a file declares a name in two ways, so each file is asked several times.
 */
import { readdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { execa } from "execa";

const data = join(import.meta.dirname, "../test/data/compose-variables");
// another Compose binary: DOCKER_COMPOSE=/path/to/docker-compose
const [command, ...prefix] = process.env["DOCKER_COMPOSE"]?.split(" ") ?? ["docker", "compose"];
const asks = 8;

interface ComposeVariable {
  readonly Name: string;
  readonly DefaultValue: string;
  readonly PresenceValue: string;
  readonly Required: boolean;
}

/** By name, each way in which Compose reported the variable; or why it refused the file. */
type Recorded =
  | { readonly variables: Readonly<Record<string, readonly ComposeVariable[]>> }
  | { readonly refused: string };

async function ask(file: string): Promise<Recorded> {
  const ways = new Map<string, Map<string, ComposeVariable>>();
  for (let round = 0; round < asks; round++) {
    const options = ["--env-file", "/dev/null", "-f", file, "config", "--variables", "--format", "json"];
    const result = await execa(command ?? "docker", [...prefix, ...options], { reject: false });
    if (result.exitCode !== 0) return { refused: result.stderr.replaceAll(data, "") };
    const variables = JSON.parse(result.stdout) as Record<string, ComposeVariable>;
    for (const variable of Object.values(variables)) {
      const seen = ways.get(variable.Name) ?? new Map<string, ComposeVariable>();
      ways.set(variable.Name, seen.set(JSON.stringify(variable), variable));
    }
  }
  const sorted = [...ways].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { variables: Object.fromEntries(sorted.map(([name, seen]) => [name, [...seen.values()]])) };
}

const entries = await readdir(data, { recursive: true, withFileTypes: true });
const files = entries
  .filter((entry) => entry.isFile() && /^(?:docker-)?compose\.ya?ml$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .toSorted();
const recorded: Record<string, Recorded> = {};
for (const file of files) recorded[relative(data, file)] = await ask(file);
await writeFile(join(data, "expected.json"), `${JSON.stringify(recorded, undefined, 1)}\n`);
console.log(`Recorded ${files.length} files.`);
