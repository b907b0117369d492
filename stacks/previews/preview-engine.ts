import { lastWords, runDocker, type DockerOptions } from "../targets/compose/docker-cli.ts";
import { unavailable } from "../../bus/kernel/errors.ts";
import { parseContainers, type ContainerView } from "../targets/compose/containers.ts";
import { previewFailed } from "./preview-failure.ts";
import { previewLabels } from "./preview-labels.ts";

export interface PreviewWork extends Pick<DockerOptions, "onLine" | "onStarted" | "env"> {
  readonly project: string;
  readonly projectDir: string;
  /** The generated Compose file. */
  readonly file: string;
  readonly signal: AbortSignal;
}

const buildMs = 30 * 60_000;
const callMs = 60_000;
const interruptMs = 10_000;

/** Builds a preview's images and makes its containers, volumes and networks; nothing runs yet. @throws `preview_failed` */
export async function createPreview(work: PreviewWork): Promise<void> {
  await compose(work, "build", ["create", "--build", "--remove-orphans"], buildMs);
}

/** Starts a preview and waits for its containers. @throws `preview_failed` */
export async function startPreview(work: PreviewWork, waitMs: number): Promise<void> {
  const seconds = String(Math.ceil(waitMs / 1_000));
  const flags = ["--detach", "--no-build", "--wait", "--wait-timeout", seconds];
  await compose(work, "start", ["up", ...flags], waitMs + callMs);
}

async function compose(
  { project, projectDir, file, ...options }: PreviewWork,
  step: string,
  words: readonly string[],
  timeoutMs: number,
): Promise<void> {
  const place = [
    "--project-name",
    project,
    "--project-directory",
    projectDir,
    "--file",
    file,
    "--env-file",
    "/dev/null",
  ];
  const run = await runDocker(["compose", "--ansi=never", "--progress=plain", ...place, ...words], {
    ...options,
    ...{ timeoutMs, interruptMs },
  });
  options.signal.throwIfAborted();
  if (run.exitCode === 0) return;
  // --wait counts a job that ended well as a failure
  if (step === "start" && !run.timedOut) {
    const containers = await previewContainers(project);
    const isFine = ({ condition }: ContainerView): boolean => condition === "good" || condition === "done";
    if (containers.length > 0 && containers.every(isFine)) return;
  }
  throw previewFailed(project, step, lastWords(run).replace(/\.$/, ""));
}

/** The containers of a preview. @throws `docker_failed` */
async function previewContainers(project: string): Promise<ContainerView[]> {
  return parseContainers(
    await docker(["compose", "--project-name", project, "ps", "--all", "--format", "json"]),
  );
}

/** The last lines of a preview's containers. */
export async function previewLog(project: string, lines: number): Promise<string[]> {
  const words = ["compose", "--project-name", project, "logs", "--no-color", "--tail", String(lines)];
  return (await docker(words)).split("\n").slice(0, -1).slice(-lines);
}

/** Memory that a preview's containers may take, as the engine has it. */
export async function previewMemory(project: string): Promise<number> {
  const ids = await idsOf("container", [`label=com.docker.compose.project=${project}`]);
  if (ids.length === 0) return 0;
  const limits = await docker([
    "inspect",
    "--type",
    "container",
    "--format",
    "{{.HostConfig.Memory}}",
    ...ids,
  ]);
  return limits
    .split("\n")
    .filter(Boolean)
    .reduce((sum, bytes) => sum + Number(bytes), 0);
}

const kinds = ["container", "network", "volume", "image"] as const;
type Kind = (typeof kinds)[number];

/** Takes away all that a preview has on the engine, its volumes and images too; what is gone already is no error. */
export async function removePreview(project: string): Promise<void> {
  for (const kind of kinds) {
    // what is not labelled as a preview's is never touched, whatever its project's name
    const filters = [
      `label=${previewLabels.ticket}`,
      kind === "image" ? `reference=${project}-*` : `label=com.docker.compose.project=${project}`,
    ];
    const ids = await idsOf(kind, filters);
    if (ids.length === 0) continue;
    const force = kind === "network" ? [] : ["--force"];
    const volumes = kind === "container" ? ["--volumes"] : [];
    const run = await runDocker([kind, "rm", ...force, ...volumes, ...ids], { timeoutMs: callMs });
    if (run.exitCode !== 0 && kind !== "image" && (await idsOf(kind, filters)).length > 0)
      throw failed(kind, lastWords(run));
  }
}

/** Projects of all previews of a root that the engine still has something of. */
export async function findPreviewProjects(root: string): Promise<Set<string>> {
  const label = "com.docker.compose.project";
  const found = await Promise.all(
    (["container", "network", "volume"] as const).map((kind) =>
      docker([
        kind,
        "ls",
        ...(kind === "container" ? ["--all"] : []),
        "--filter",
        `label=${previewLabels.root}=${root}`,
        "--format",
        `{{.Label "${label}"}}`,
      ]),
    ),
  );
  return new Set(found.flatMap((text) => text.split("\n").filter(Boolean)));
}

async function idsOf(kind: Kind, filters: readonly string[]): Promise<string[]> {
  const all = kind === "container" ? ["--all"] : [];
  const words = filters.flatMap((filter) => ["--filter", filter]);
  return [...new Set((await docker([kind, "ls", "--quiet", ...all, ...words])).split("\n").filter(Boolean))];
}

async function docker(words: readonly string[]): Promise<string> {
  const run = await runDocker(words, { timeoutMs: callMs });
  if (run.exitCode !== 0) throw failed(words[0] ?? "", lastWords(run));
  return run.stdout;
}

function failed(what: string, reason: string): Error {
  return unavailable("docker_failed", `docker ${what} for a preview failed: ${reason}. Try again.`, {
    params: { project: "preview", reason },
  });
}
