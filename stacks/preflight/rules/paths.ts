import type { FixOffer } from "../../fix/plan.ts";
import { isInside } from "../../discover/source-files.ts";
import type { PathFacts } from "../../diagnose/facts.ts";
import type { PreflightFacts, StackFacts } from "../facts.ts";
import { eachStack, type PreflightFinding } from "../finding.ts";

const exampleEndings = [".example", ".sample", ".dist", ".template"] as const;
const fileLike =
  /\.(?:conf|cnf|cfg|ini|ya?ml|toml|json|env|crt|cer|pem|key|sh|sql|txt|xml|properties|html?|js|ts|py|lua|htpasswd|pub|list|rules|service)$|(?:^|\/)(?:Caddyfile|Dockerfile|nginx\.conf|\.env)$/i;

/** Bind mounts whose source is not what the container needs. */
export const bindMounts = eachStack((stack, facts) =>
  Object.entries(stack.model?.services ?? {}).flatMap(([service, { volumes, user }]) =>
    (volumes ?? []).flatMap(({ type, source, target, bind, read_only }) => {
      if (type !== "bind" || source === undefined) return [];
      const place = stack.written?.placeOfItem(lastPart(source), "services", service, "volumes");
      const about = { service, path: source, target, file: place?.file ?? "", line: place?.line ?? 1 };
      const seen = facts.paths.get(source);
      if (seen === undefined) return [];
      const creates = bind?.create_host_path ?? false;
      const wantsDirectory = stack.written?.hasEnding(`${target}/`, "services", service, "volumes") ?? false;
      return [
        ...ofKind({ seen, source, target, creates, wantsDirectory, about, facts }),
        ...ofMode({ seen, user: userOf(user, stack, service, facts), isWritten: !read_only, about }),
      ].map((found) => ({ service, ...found }));
    }),
  ),
);

interface Bind {
  readonly seen: PathFacts;
  readonly source: string;
  readonly target: string;
  readonly creates: boolean;
  /** Whether the file says so by a slash at the end of the target. */
  readonly wantsDirectory: boolean;
  readonly about: PreflightFinding["params"];
  readonly facts: PreflightFacts;
}

function ofKind({ seen, source, target, creates, wantsDirectory, about, facts }: Bind): PreflightFinding[] {
  const wantsFile = fileLike.test(source) || fileLike.test(target);
  if (seen.kind === "missing") {
    if (wantsFile)
      return [
        { code: "bind_file_missing", severity: "error", params: about, fixes: makeFile(source, facts) },
      ];
    // the engine makes a directory, which then is root's
    const severity = creates ? "warning" : "error";
    return [{ code: "bind_missing", severity, params: about, fixes: makeDirectory(source, facts) }];
  }
  if (seen.kind === "directory" && wantsFile && seen.empty === true && fileLike.test(source))
    return [
      { code: "bind_directory_for_file", severity: "error", params: about, fixes: makeFile(source, facts) },
    ];
  if (seen.kind === "file" && wantsDirectory)
    return [{ code: "bind_file_for_directory", severity: "error", params: about }];
  return [];
}

interface Access {
  readonly seen: PathFacts;
  readonly user: Who | undefined;
  readonly isWritten: boolean;
  readonly about: PreflightFinding["params"];
}

function ofMode({ seen, user, isWritten, about }: Access): PreflightFinding[] {
  const { mode, uid, gid, kind } = seen;
  if (mode === undefined || (kind !== "file" && kind !== "directory")) return [];
  const path = String(about["path"]);
  if (kind === "file" && /(?:^|\/)acme\.json$/.test(path) && (mode & 0o077) !== 0)
    return [
      {
        code: "bind_too_open",
        severity: "error",
        params: { ...about, mode: octal(mode) },
        fixes: [setMode(path, 0o600, true)],
      },
    ];
  if (user === undefined || user.uid === 0) return [];
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  const bits = (mode >> shift) & 7;
  const reads = kind === "directory" ? 5 : 4;
  const params = { ...about, mode: octal(mode), uid: user.uid };
  if ((bits & reads) !== reads)
    return [
      {
        code: "bind_unreadable",
        severity: "error",
        params,
        fixes: [setMode(path, mode | (reads << shift), false)],
      },
    ];
  if (kind === "directory" && isWritten && (bits & 2) === 0)
    return [{ code: "bind_unwritable", severity: "info", params }];
  return [];
}

interface Who {
  readonly uid: number;
  readonly gid: number | undefined;
}

/** The user that a container runs as, where that is a number. */
function userOf(
  said: string | undefined,
  stack: StackFacts,
  service: string,
  facts: PreflightFacts,
): Who | undefined {
  const image = facts.images.get(stack.model?.services[service]?.image ?? "");
  const text = said ?? (image?.is === "local" ? image.user : "");
  const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text);
  if (match === null) return undefined;
  return { uid: Number(match[1]), gid: match[2] === undefined ? undefined : Number(match[2]) };
}

/** Files with variables, configurations and secrets that services name. */
export const missingFiles = eachStack((stack, facts) => {
  const { model, written } = stack;
  const isMissing = (path: string | undefined): path is string =>
    path !== undefined && facts.paths.get(path)?.kind === "missing";
  const envFiles = Object.entries(model?.services ?? {}).flatMap(([service, { env_file }]) =>
    (env_file ?? []).flatMap(({ path, required }) => {
      if (!required || !isMissing(path)) return [];
      const place = written?.placeOfItem(lastPart(path), "services", service, "env_file");
      const params = { service, path, file: place?.file ?? "", line: place?.line ?? 1 };
      return [
        {
          code: "env_file_missing",
          severity: "error" as const,
          service,
          params,
          fixes: makeFile(path, facts),
        },
      ];
    }),
  );
  const sources = (["configs", "secrets"] as const).flatMap((kind) =>
    Object.entries(model?.[kind] ?? {}).flatMap(([name, one]) => {
      const path = one?.file;
      if (!isMissing(path)) return [];
      const place = written?.placeOf(kind, name);
      const params = { name, path, file: place?.file ?? "", line: place?.line ?? 1 };
      const fixes = kind === "configs" ? makeFile(path, facts) : [];
      return [{ code: `${kind.slice(0, -1)}_file_missing`, severity: "error" as const, params, fixes }];
    }),
  );
  return [...envFiles, ...sources];
});

/** What images are built from. */
export const missingBuilds = eachStack(({ model, written }, { paths }) =>
  Object.entries(model?.services ?? {}).flatMap(([service, { build }]): PreflightFinding[] => {
    if (!build) return [];
    const { context, dockerfile, dockerfile_inline: inline, additional_contexts: more } = build;
    const place = written?.placeOf("services", service, "build", "context");
    const about = { service, file: place?.file ?? "", line: place?.line ?? 1 };
    const gone = [context, ...Object.values(more ?? {})].find(
      (path) => path !== undefined && path.startsWith("/") && paths.get(path)?.kind === "missing",
    );
    if (gone !== undefined)
      return [
        { code: "build_context_missing", severity: "error", service, params: { ...about, path: gone } },
      ];
    const file = inline === undefined ? dockerfilePath(context, dockerfile) : undefined;
    if (file === undefined || paths.get(file)?.kind !== "missing") return [];
    return [{ code: "dockerfile_missing", severity: "error", service, params: { ...about, path: file } }];
  }),
);

/** Where the recipe of an image is; undefined where its context is not on this machine. */
export function dockerfilePath(context: string | undefined, dockerfile = "Dockerfile"): string | undefined {
  if (context?.startsWith("/") !== true) return undefined;
  return dockerfile.startsWith("/") ? dockerfile : `${context}/${dockerfile}`;
}

/** Paths that may hold what a missing file should be like. */
export function examplesOf(path: string): string[] {
  return exampleEndings.map((ending) => `${path}${ending}`);
}

function makeFile(path: string, facts: PreflightFacts): FixOffer[] {
  if (!isInside(facts.root, path)) return [];
  const example = examplesOf(path).find((one) => facts.paths.get(one)?.kind === "file");
  // an empty file is no better where nobody says what belongs into it
  if (example === undefined && !/\.env(?:\.|$)|\.env$|acme\.json$/.test(path)) return [];
  return [
    {
      code: example === undefined ? "fix_file_create" : "fix_file_from_example",
      params: { path, ...(example === undefined ? {} : { example }) },
      safe: true,
      steps: [{ do: "file", path, ...(example === undefined ? {} : { example }) }],
      services: [],
    },
  ];
}

function makeDirectory(path: string, { root }: PreflightFacts): FixOffer[] {
  if (!isInside(root, path)) return [];
  return [
    {
      code: "fix_directory_create",
      params: { path },
      safe: true,
      steps: [{ do: "directory", path }],
      services: [],
    },
  ];
}

function setMode(path: string, mode: number, safe: boolean): FixOffer {
  const params = { path, mode: octal(mode) };
  return { code: "fix_mode", params, safe, steps: [{ do: "mode", path, within: path, mode }], services: [] };
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}

function lastPart(path: string): string {
  return path.split("/").findLast((part) => part !== "") ?? path;
}
