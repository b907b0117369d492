import type { EvidenceLine } from "../../../bus/messages/diagnosis.ts";
import type { Cause, Rule, Offer } from "../cause.ts";
import type { Facts } from "../facts.ts";

const required = /required variable (\w+) is missing a value(?:: (.*))?/;
const envFile = /env file (\S.*?) not found/;

/** A variable that the stack cannot do without. */
export const variableMissing: Rule = (facts) => {
  const line = facts.refusal.find((one) => required.test(one));
  const [, name, why] = required.exec(line ?? "") ?? [];
  if (line === undefined || name === undefined) return [];
  const secret = facts.variables.get(name)?.secret ?? false;
  const fix: Offer = {
    ...{ code: "fix_secret_generate", params: { name }, safe: true, services: "all" },
    steps: [{ do: "env", values: { [name]: null } }],
  };
  return [
    error(
      "cause_variable_missing",
      { name, why: why?.trim() || "no reason given" },
      [line],
      secret ? [fix] : [],
    ),
  ];
};

/** A file with variables of a service that is not there. */
export const envFileMissing: Rule = (facts) => {
  const line = facts.refusal.find((one) => envFile.test(one));
  const path = envFile.exec(line ?? "")?.[1];
  if (line === undefined || path === undefined) return [];
  const example = [".example", ".sample", ".dist", ".template"]
    .map((ending) => `${path}${ending}`)
    .find((one) => facts.paths.get(one)?.kind === "file");
  const users = usersOf(facts, path);
  const fix = users.length === 0 ? [] : [letGo(users, path, example)];
  return [error("cause_env_file_missing", { path }, [line], fix)];
};

/** Anything else that Compose has against the files. */
export const fileRefused: Rule = ({ refusal, stack }) => {
  const lines = refusal.filter((line) => line.trim() !== "");
  const why = lines.at(-1)?.trim();
  if (why === undefined || lines.some((line) => required.test(line) || envFile.test(line))) return [];
  const external = /declared as external/.test(why);
  return external ? [] : [error("cause_compose_invalid", { stack, why }, lines.slice(-5), [])];
};

function error(
  code: Cause["code"],
  params: Cause["params"],
  lines: readonly string[],
  fixes: readonly Offer[],
): Cause {
  const evidence: EvidenceLine[] = lines.map((text) => ({
    source: "docker compose config",
    text: text.slice(0, 2_000),
  }));
  return { code, params, severity: "error", evidence, fixes };
}

/** Services that name the file, with all that they name. */
function usersOf(
  { model }: Facts,
  path: string,
): { readonly service: string; readonly files: readonly string[] }[] {
  return Object.entries(model?.services ?? {}).flatMap(([service, { env_file: named = [] }]) => {
    const files = named.map((file) => file.path);
    return files.includes(path) ? [{ service, files }] : [];
  });
}

function letGo(users: ReturnType<typeof usersOf>, path: string, example: string | undefined): Offer {
  const services = users.map(({ service, files }) => {
    const value = files.map((file) =>
      file === path && example !== undefined
        ? { path: example, required: true }
        : { path: file, required: file !== path },
    );
    return [service, { env_file: { value, replace: true } }] as const;
  });
  return {
    code: example === undefined ? "fix_env_file_optional" : "fix_env_file_example",
    params: { path, ...(example === undefined ? {} : { example }) },
    safe: true,
    steps: [{ do: "override", patch: { services: Object.fromEntries(services), networks: {} } }],
    services: users.map(({ service }) => service),
  };
}
