import { z } from "zod";

const Count = z.number().nonnegative().optional();
const Line = z.looseObject({
  id: z.string().optional(),
  parent_id: z.string().optional(),
  text: z.string().optional(),
  status: z.string().optional(),
  current: Count,
  total: Count,
  error: z.boolean().optional(),
  message: z.string().optional(),
  vertexes: z
    .array(z.looseObject({ digest: z.string(), name: z.string().default(""), error: z.string().optional() }))
    .optional(),
  logs: z.array(z.looseObject({ vertex: z.string(), data: z.string() })).optional(),
});

/** What one line of `docker compose --progress=json` tells. */
export type ProgressEvent =
  /** Of a container, network, volume, image or service, as Compose names it: `Container shop-db-1`. */
  | { readonly kind: "object"; readonly id: string; readonly status: string; readonly text: string }
  /** Of one layer of an image that is pulled. */
  | {
      readonly kind: "layer";
      readonly service: string;
      readonly layer: string;
      readonly status: string;
      readonly current: number;
      readonly total: number;
    }
  /** A step of a build begins, as BuildKit names it: `[web 2/3] RUN npm ci`. */
  | { readonly kind: "build"; readonly vertex: string; readonly name: string; readonly error?: string }
  | { readonly kind: "build-log"; readonly vertex: string; readonly text: string }
  | { readonly kind: "error"; readonly message: string }
  /** Something else that was written. */
  | { readonly kind: "text"; readonly text: string };

/** Reads one line; what is no progress is text, and what tells nothing is nothing. */
export function parseProgressLine(line: string): readonly ProgressEvent[] {
  const parsed = line.startsWith("{") ? Line.safeParse(readJson(line)) : undefined;
  if (parsed?.success !== true)
    return line.trim() === "" || isBuildStatus(line) ? [] : [{ kind: "text", text: line }];
  const {
    id,
    parent_id: service,
    text,
    status,
    current,
    total,
    error,
    message,
    vertexes,
    logs,
  } = parsed.data;
  if (vertexes !== undefined || logs !== undefined)
    return [...toBuild(vertexes ?? []), ...toLogs(logs ?? [])];
  if (error === true && message !== undefined) return [{ kind: "error", message }];
  if (id === undefined) return [];
  if (service !== undefined)
    return [
      {
        ...{ kind: "layer", service, layer: id, status: text ?? status ?? "" },
        ...{ current: current ?? 0, total: total ?? 0 },
      },
    ];
  // older ones say the state in status, those of pulls in text
  return [
    { kind: "object", id, status: text ?? status ?? "", text: text === undefined ? "" : (status ?? "") },
  ];
}

type Parsed = z.infer<typeof Line>;

function toBuild(vertexes: NonNullable<Parsed["vertexes"]>): ProgressEvent[] {
  return vertexes
    .filter(({ name, started, error }) => name !== "" && (started !== undefined || error !== undefined))
    .map(({ digest, name, error }) => ({
      ...{ kind: "build", vertex: digest, name },
      ...(error === undefined ? {} : { error }),
    }));
}

function toLogs(logs: NonNullable<Parsed["logs"]>): ProgressEvent[] {
  return logs.map(({ vertex, data }) => ({
    ...{ kind: "build-log", vertex, text: Buffer.from(data, "base64").toString("utf8") },
  }));
}

/** A line of a large build may come cut; nobody wants to read it. */
function isBuildStatus(line: string): boolean {
  return /^\{"(?:vertexes|statuses|logs)"/.test(line);
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // a program may write a brace too
    return undefined;
  }
}
