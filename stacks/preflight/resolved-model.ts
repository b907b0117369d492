import { z } from "zod";
import { namedParts } from "../discover/named-parts.ts";

const Text = z.string();
/** Compose writes amounts as text or as a number. */
const Amount = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Texts = z.array(Amount).nullish();

const Port = z.looseObject({
  target: z.int(),
  published: Amount.optional(),
  host_ip: Text.optional(),
  protocol: Text.default("tcp"),
});
const Mount = z.looseObject({
  type: Text,
  source: Text.optional(),
  target: Text.default(""),
  read_only: z.boolean().default(false),
  bind: z.looseObject({ create_host_path: z.boolean().default(false) }).nullish(),
  volume: z.looseObject({ subpath: Text.optional() }).nullish(),
});
const EnvFile = z.looseObject({ path: Text, required: z.boolean().default(true) });
const Build = z.looseObject({
  context: Text.optional(),
  dockerfile: Text.optional(),
  dockerfile_inline: Text.optional(),
  additional_contexts: z.record(z.string(), Text).nullish(),
  network: Text.optional(),
  privileged: z.boolean().default(false),
  entitlements: Texts,
});
const Device = z.union([
  Text,
  z.looseObject({ source: Text, target: Text.default(""), permissions: Text.default("") }),
]);
const Options = z.record(z.string(), Amount).nullish();

/** A service of a resolved Compose project, as far as a preflight looks at it. */
export const ResolvedService = z.looseObject({
  image: Text.optional(),
  build: Build.nullish(),
  platform: Text.optional(),
  pull_policy: Text.optional(),
  container_name: Text.optional(),
  user: Text.optional(),
  scale: z.int().optional(),
  deploy: z.looseObject({ replicas: z.int().optional() }).nullish(),
  env_file: z.array(EnvFile).nullish(),
  ports: z.array(Port).nullish(),
  volumes: z.array(Mount).nullish(),
  volumes_from: Texts,
  networks: z.record(z.string(), z.unknown()).nullish(),
  privileged: z.boolean().default(false),
  cap_add: Texts,
  security_opt: Texts,
  devices: z.array(Device).nullish(),
  device_cgroup_rules: Texts,
  gpus: z.array(z.unknown()).nullish(),
  sysctls: Options,
  network_mode: Text.optional(),
  pid: Text.optional(),
  ipc: Text.optional(),
  uts: Text.optional(),
  cgroup: Text.optional(),
  cgroup_parent: Text.optional(),
  userns_mode: Text.optional(),
  runtime: Text.optional(),
  use_api_socket: z.boolean().default(false),
});
export type ResolvedService = z.infer<typeof ResolvedService>;

const Network = z.looseObject({
  name: Text.optional(),
  external: z.boolean().default(false),
  ipam: z.looseObject({ config: z.array(z.looseObject({ subnet: Text.optional() })).nullish() }).nullish(),
});
const Volume = z.looseObject({
  name: Text.optional(),
  external: z.boolean().default(false),
  driver: Text.optional(),
  driver_opts: Options,
});
const FileSource = z.looseObject({ file: Text.optional() });

/** What `docker compose config --format json` makes of a project. */
export const ResolvedModel = z.looseObject({
  name: Text.default(""),
  services: namedParts(ResolvedService).default({}),
  networks: namedParts(Network.nullable()).default({}),
  volumes: namedParts(Volume.nullable()).default({}),
  configs: namedParts(FileSource.nullable()).default({}),
  secrets: namedParts(FileSource.nullable()).default({}),
});
export type ResolvedModel = z.infer<typeof ResolvedModel>;
