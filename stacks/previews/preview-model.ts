import { z } from "zod";
import { namedParts } from "../discover/named-parts.ts";

const Texts = z.record(z.string(), z.unknown());

/** A port as `docker compose config` resolves it. */
export const PreviewPort = z.looseObject({
  target: z.union([z.int(), z.string()]).transform(Number),
  published: z.union([z.int(), z.string()]).transform(String).optional(),
  protocol: z.string().default("tcp"),
});

/** A mount as `docker compose config` resolves it. */
export const PreviewMount = z.looseObject({
  type: z.string(),
  source: z.string().optional(),
  target: z.string(),
  read_only: z.boolean().optional(),
});
export type PreviewMount = z.infer<typeof PreviewMount>;

const Build = z.looseObject({
  context: z.string().optional(),
  dockerfile: z.string().optional(),
  additional_contexts: z.record(z.string(), z.string()).optional(),
});

/** A service as `docker compose config` resolves it, as far as a preview looks into it. */
export const PreviewService = z.looseObject({
  image: z.string().optional(),
  build: Build.nullish(),
  ports: z.array(PreviewPort).nullish(),
  volumes: z.array(PreviewMount).nullish(),
  networks: z
    .record(z.string(), z.looseObject({ aliases: z.array(z.string()).optional() }).nullable())
    .nullish(),
  network_mode: z.string().optional(),
  configs: z.array(z.looseObject({ source: z.string() })).nullish(),
  secrets: z.array(z.looseObject({ source: z.string() })).nullish(),
  mem_limit: z.union([z.string(), z.number()]).optional(),
  deploy: z
    .looseObject({
      resources: z
        .looseObject({
          limits: z.looseObject({ memory: z.union([z.string(), z.number()]).optional() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
export type PreviewService = z.infer<typeof PreviewService>;

const FileSource = z
  .looseObject({ file: z.string().optional(), external: z.boolean().optional() })
  .nullable();

/** What `docker compose config --no-normalize --format json` says of a stack. */
export const PreviewSource = z.looseObject({
  services: namedParts(PreviewService).default({}),
  networks: namedParts(z.looseObject({ internal: z.boolean().optional() }).nullable()).nullish(),
  volumes: Texts.nullish(),
  configs: namedParts(FileSource).nullish(),
  secrets: namedParts(FileSource).nullish(),
});
export type PreviewSource = z.infer<typeof PreviewSource>;
