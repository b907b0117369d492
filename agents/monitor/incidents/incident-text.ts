import { toText } from "../../../bus/artifact-transfer.ts";
import type { DeployView } from "../../../bus/messages/deploy.ts";
import type { IncidentReport } from "../../../bus/messages/incident.ts";
import { render } from "../../../locales/render.ts";
import { createGit } from "../../git/git.ts";
import { askProject } from "../../runtime/project.ts";
import { fetchCommit } from "../../git/refs.ts";
import { openBare } from "../../git/repositories.ts";
import { createRedactor } from "../../llm/redaction.ts";
import { sourceOf, type MonitorServices } from "../services.ts";
import { readContainerLog } from "../stack-service/logs.ts";
import type { ProjectReading } from "../stack-service/project-reading.ts";
import { findSecretValues } from "../stack-service/secret-values.ts";
import { keyOf, type Symptom } from "./symptom.ts";

export interface ReportSources {
  readonly services: MonitorServices;
  readonly reading: ProjectReading;
  readonly lanes: readonly DeployView[];
  readonly quietMs: number;
}

const logLines = 60;
const maxTitle = 200;

/** Writes down what was seen, for people: log lines, the last release, and what it changed. */
export async function writeReport(symptom: Symptom, sources: ReportSources): Promise<IncidentReport> {
  const { services, reading, lanes, quietMs } = sources;
  const { redact } = createRedactor(findSecretValues(reading.variables).values);
  const { stack, service = stack, code, what, times } = symptom;
  const params = { stack, service, what: redact(what).slice(0, 100), times };
  const title = render("en", `incident_${code}`, params) ?? `${service} of ${stack}: ${code}`;
  const log = (await logOf(symptom)).map(redact);
  const current = lanes.find((lane) => lane.stack === stack)?.current;
  const suspects = current ? await suspectFiles(symptom, sources, log) : [];
  const lines = [
    `${title}.`,
    ...(current
      ? [
          `Last release: ${current.id}, commit ${current.commit.slice(0, 12)}, at ${new Date(current.atMs).toISOString()}${current.ticket === undefined ? "" : `, of ${current.ticket}`}.`,
        ]
      : []),
    ...(suspects.length > 0
      ? [`Files that this release changed and the log names: ${suspects.join(", ")}.`]
      : []),
    ...(log.length > 0 ? ["", `Last lines of ${symptom.container ?? stack}:`, ...log] : []),
  ];
  return {
    ...{ key: keyOf(symptom), stack, code, title: title.slice(0, maxTitle), quietMs },
    text: await toText(services.client, lines.join("\n")),
    ...(symptom.service === undefined ? {} : { service: symptom.service }),
    ...(current === undefined ? {} : { release: current.id, suspectCommit: current.commit }),
    ...(current?.ticket === undefined ? {} : { suspectTicket: current.ticket }),
  };
}

async function logOf({ container, log = [] }: Symptom): Promise<readonly string[]> {
  if (container === undefined) return log;
  try {
    return await readContainerLog(container, logLines);
  } catch {
    // a container that was just made anew has its log under another id
    return [];
  }
}

/** Files that the release changed and that the log speaks of. */
async function suspectFiles(
  { stack }: Symptom,
  { services, lanes }: ReportSources,
  log: readonly string[],
): Promise<string[]> {
  const lane = lanes.find((one) => one.stack === stack);
  const current = lane?.current;
  const before = lane?.releases
    .filter(({ commit, atMs }) => current && commit !== current.commit && atMs < current.atMs)
    .at(-1);
  if (!current || !before) return [];
  const text = log.join("\n");
  try {
    const facts = await askProject(services.client);
    const name = facts.stacks.find((one) => one.name === stack)?.repo ?? facts.repos[0]?.name;
    const repo = facts.repos.find((one) => one.name === name);
    if (!repo) return [];
    const { exchange, mirror } = sourceOf(services, repo);
    const { gitDir } = await openBare(mirror);
    const git = createGit(gitDir);
    for (const { commit } of [before, current]) await fetchCommit(git, exchange, commit);
    const changed = await git.run(["diff", "--name-only", "-z", before.commit, current.commit]);
    return changed
      .split("\0")
      .filter((path) => path !== "" && namesFile(text, path))
      .slice(0, 20);
  } catch {
    // without the history the release itself stays the suspect
    return [];
  }
}

/** Whether a text names a file by its path, or by the end of it that a container may have. */
export function namesFile(text: string, path: string): boolean {
  const parts = path.split("/");
  return parts.some((_, index) => {
    const end = parts.slice(index).join("/");
    const isTelling = end.includes("/") || end.includes(".");
    return (
      isTelling &&
      new RegExp(`(?:^|[\\s"'(/:@])${end.replaceAll(/[^\w]/g, "\\$&")}(?:$|[\\s"'):,\\]])`, "m").test(text)
    );
  });
}
