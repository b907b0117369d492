import { z } from "zod";
import { runDocker } from "../targets/compose/docker-cli.ts";

/** A container of a Compose project, as the engine lists it. */
export interface ProjectContainer {
  readonly name: string;
  readonly service: string;
  /** As the engine says: `running`, `exited`, `restarting`. */
  readonly state: string;
  /** In words: `Exited (0) 3 minutes ago`. */
  readonly status: string;
  readonly image: string;
  /** `127.0.0.1:8088:80`, each once. */
  readonly ports: readonly string[];
}

/** A Compose project on the engine, by what its containers' labels say. */
export interface EngineProject {
  readonly name: string;
  /** Absolute; empty where no label says it. */
  readonly dir: string;
  /** Absolute, in the order of `-f`. */
  readonly files: readonly string[];
  /** Whether it is a part of some Dockfra, or a preview that one has made. */
  readonly isOwn: boolean;
  readonly containers: readonly ProjectContainer[];
}

const compose = "com.docker.compose";
const fields = [
  ".Names",
  ".State",
  ".Status",
  ".Image",
  ".Ports",
  `(.Label "${compose}.project")`,
  `(.Label "${compose}.project.working_dir")`,
  `(.Label "${compose}.project.config_files")`,
  `(.Label "${compose}.service")`,
  `(.Label "${compose}.oneoff")`,
  '(.Label "dockfra.prefix")',
  '(.Label "dockfra.preview")',
];
const format = `[${fields.map((field) => `{{json ${field}}}`).join(",")}]`;
const Text = z.string();
const Row = z.tuple([Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text]);

/** Lists the Compose projects of the local engine by name; undefined where no engine answers. */
export async function listEngineProjects(): Promise<readonly EngineProject[] | undefined> {
  const args = ["ps", "--all", "--no-trunc", "--filter", `label=${compose}.project`, "--format", format];
  try {
    const { exitCode, stdout } = await runDocker(args, { timeoutMs: 10_000 });
    return exitCode === 0 ? parseEngineProjects(stdout) : undefined;
  } catch {
    // no docker command, or nobody behind it: both are an answer
    return undefined;
  }
}

/** Reads what {@link listEngineProjects} asks the engine for, one container a line. */
export function parseEngineProjects(output: string): readonly EngineProject[] {
  const projects = new Map<string, EngineProject & { containers: ProjectContainer[] }>();
  for (const line of output.split("\n").filter((one) => one.trim() !== "")) {
    const row = Row.parse(JSON.parse(line));
    const [names, state, status, image, ports, project, dir, files, service, oneOff, prefix, preview] = row;
    if (project === "" || oneOff === "True") continue;
    const known = projects.get(project);
    const container = {
      ...{ name: names.split(",")[0] ?? names, service, state, status, image },
      ports: publishedPorts(ports),
    };
    projects.set(project, {
      name: project,
      dir: known?.dir === undefined || known.dir === "" ? dir : known.dir,
      files: known !== undefined && known.files.length > 0 ? known.files : splitFiles(files),
      isOwn: known?.isOwn === true || prefix !== "" || preview !== "",
      containers: [...(known?.containers ?? []), container],
    });
  }
  return [...projects.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Compose joins the files with commas; a comma within a name cannot be told from one between two. */
function splitFiles(label: string): readonly string[] {
  return label.split(",").filter((file) => file.startsWith("/"));
}

function publishedPorts(shown: string): readonly string[] {
  const published = [...shown.matchAll(/(?:^|, )(?:([^ ,]+):)?(\d+(?:-\d+)?)->(\d+(?:-\d+)?)\/(tcp|udp)/g)];
  return [
    ...new Set(
      published.map(([, address = "", host = "", inside = "", protocol]) => {
        const everywhere = address === "" || address === "0.0.0.0" || address === "[::]" || address === "::";
        return `${everywhere ? "" : `${address}:`}${host}:${inside}${protocol === "udp" ? "/udp" : ""}`;
      }),
    ),
  ];
}

/** How much of a project runs; a service that has done its work, and is not started again, needs not run. */
export function runningState(
  services: readonly string[],
  containers: readonly ProjectContainer[],
): "all" | "some" | "none" {
  const up = containers.filter(({ state }) => state === "running");
  if (up.length === 0) return "none";
  const isThere = (service: string): boolean =>
    containers.some(
      (one) => one.service === service && (one.state === "running" || one.status.startsWith("Exited (0)")),
    );
  return services.every(isThere) ? "all" : "some";
}
