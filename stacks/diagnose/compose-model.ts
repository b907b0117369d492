import { z } from "zod";
import { namedParts } from "../discover/named-parts.ts";

const Text = z.string();
/** Where Compose did not fill variables in, short forms are left as they are written: those are not read. */
function list<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (Array.isArray(value) ? value.filter((one) => typeof one === "object") : value),
    z.array(item),
  );
}

const Amount = z.union([z.string(), z.number()]).transform(String);

const Port = z.looseObject({
  target: z.int(),
  published: Amount.optional(),
  host_ip: Text.optional(),
  protocol: Text.default("tcp"),
});
const Volume = z.looseObject({
  type: Text,
  source: Text.optional(),
  target: Text.optional(),
  read_only: z.boolean().default(false),
});
const HealthCheck = z.looseObject({
  test: z.array(Text).optional(),
  disable: z.boolean().default(false),
  start_period: Text.optional(),
});
const EnvFile = z.looseObject({ path: Text, required: z.boolean().default(true) });
const Depends = z.record(z.string(), z.looseObject({ condition: Text.optional() }));

/** A service of a resolved Compose project, as far as rules look at it. */
export const ServiceModel = z.looseObject({
  image: Text.optional(),
  build: z.unknown().optional(),
  command: z.array(Text).nullish(),
  entrypoint: z.array(Text).nullish(),
  env_file: list(EnvFile).optional(),
  container_name: Text.optional(),
  user: Text.optional(),
  platform: Text.optional(),
  restart: Text.optional(),
  read_only: z.boolean().default(false),
  network_mode: Text.optional(),
  networks: z.record(z.string(), z.looseObject({ aliases: z.array(Text).optional() }).nullable()).default({}),
  dns: z.array(Text).optional(),
  ports: list(Port).default([]),
  volumes: list(Volume).default([]),
  tmpfs: z.array(Text).default([]),
  group_add: z.array(Amount).optional(),
  mem_limit: Amount.optional(),
  memswap_limit: Amount.optional(),
  pids_limit: z.int().optional(),
  ulimits: z.record(z.string(), z.unknown()).optional(),
  deploy: z
    .looseObject({
      resources: z
        .looseObject({
          limits: z.looseObject({ memory: Amount.optional(), pids: z.int().optional() }).nullish(),
        })
        .nullish(),
      restart_policy: z.unknown().optional(),
    })
    .nullish(),
  healthcheck: HealthCheck.optional(),
  depends_on: Depends.default({}),
});
export type ServiceModel = z.infer<typeof ServiceModel>;

const Network = z.looseObject({
  name: Text.optional(),
  external: z.boolean().default(false),
  ipam: z.looseObject({ config: z.array(z.looseObject({ subnet: Text.optional() })).nullish() }).nullish(),
});
const NamedVolume = z.looseObject({
  name: Text.optional(),
  external: z.boolean().default(false),
  driver: Text.optional(),
});

/** What `docker compose config --format json` gives. */
export const ComposeModel = z.looseObject({
  services: namedParts(ServiceModel).default({}),
  networks: namedParts(Network.nullable()).default({}),
  volumes: namedParts(NamedVolume.nullable()).default({}),
});
export type ComposeModel = z.infer<typeof ComposeModel>;
