import { about, fromLog, linesLike, type Cause, type Rule, type Offer } from "../cause.ts";
import type { ContainerFacts, Facts } from "../facts.ts";

const refused =
  /password authentication failed for user "([\w-]+)"|Access denied for user '([\w-]+)'@|WRONGPASS|Authentication failed\.?.*SCRAM|invalid username-password pair/i;

/** A database keeps the password that its volume was first made with, and the stack has another one now. */
export const passwordOfOldVolume: Rule = (facts) => {
  const seen = new Set<string>();
  return facts.containers.flatMap((container): Cause[] => {
    const lines = linesLike(container, refused, 3);
    const match = refused.exec(lines.at(-1) ?? "");
    if (!match) return [];
    const database = findDatabase(container, facts);
    const service = database?.service ?? container.service;
    if (seen.has(service)) return [];
    seen.add(service);
    const volume = database?.mounts.find(
      ({ type, target }) => type === "volume" && isDataPlace(target),
    )?.source;
    const user = match[1] ?? match[2] ?? "";
    return [
      {
        ...{ code: "cause_password_of_old_volume", severity: "error", ...about(database ?? container) },
        params: { service, user: user || "the user", volume: volume ?? "its volume" },
        evidence: fromLog(container, lines),
        fixes: database === undefined ? [] : fixesFor(database, user, volume, facts),
      },
    ];
  });
};

function findDatabase(container: ContainerFacts, { containers, model }: Facts): ContainerFacts | undefined {
  if (isDatabase(container)) return container;
  const needs = Object.keys(model?.services[container.service]?.depends_on ?? {});
  const databases = containers.filter(isDatabase);
  return (
    databases.find(({ service }) => needs.includes(service)) ??
    (databases.length === 1 ? databases[0] : undefined)
  );
}

function isDatabase({ image }: ContainerFacts): boolean {
  return /(?:postgres|postgis|timescale|mysql|mariadb|mongo)/i.test(image);
}

function isDataPlace(target: string): boolean {
  return /^\/(?:var\/lib\/(?:postgresql|mysql)|data\/db|bitnami)/.test(target);
}

function fixesFor(
  database: ContainerFacts,
  user: string,
  volume: string | undefined,
  { containers }: Facts,
): Offer[] {
  const { service, name: container, image, state } = database;
  const users = containers.filter((other) => other.service !== service).map((other) => other.service);
  const fixes: Offer[] = [];
  if (/postgres|postgis|timescale/i.test(image) && state === "running" && user !== "")
    fixes.push({
      ...{ code: "fix_database_password", params: { service, user }, safe: true, services: users },
      steps: [{ do: "database-password", container, user }],
    });
  if (volume !== undefined)
    fixes.push({
      ...{ code: "fix_volume_empty", params: { service, volume }, safe: false, services: "all" },
      steps: [{ do: "empty-volume", volume, container }],
    });
  return fixes;
}
