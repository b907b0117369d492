import { deployment, deviceRequest } from "./shape-deploy.ts";
import type { Shape } from "./shapes.ts";
import {
  anyOf,
  choice,
  command,
  fields,
  flag,
  hosts,
  integer,
  listOf,
  named,
  numeric,
  oneOf,
  options,
  pairs,
  resourceName,
  text,
  textOrTexts,
  texts,
} from "./shape-words.ts";

const uniqueTexts = listOf(text, { unique: true });
const limit = listOf(fields({ path: text, rate: integer }, { extensible: false }));
const weight = fields({ path: text, weight: integer }, { extensible: false });

const ulimits: Shape = {
  types: ["mapping"],
  patterns: [
    [/^[a-z]+$/, oneOf(integer, fields({ hard: integer, soft: integer }, { required: ["soft", "hard"] }))],
  ],
};

const fileMounts = listOf(
  oneOf(text, fields({ source: text, target: text, uid: text, gid: text, mode: numeric })),
);

const hook = fields(
  { command, user: text, privileged: flag, working_dir: text, environment: pairs },
  { required: ["command"] },
);

const build = oneOf(
  text,
  fields({
    context: text,
    dockerfile: text,
    dockerfile_inline: text,
    entitlements: listOf(text),
    args: pairs,
    ssh: pairs,
    labels: pairs,
    cache_from: listOf(text),
    cache_to: listOf(text),
    no_cache: flag,
    additional_contexts: pairs,
    network: text,
    provenance: flag,
    sbom: flag,
    pull: flag,
    target: text,
    shm_size: integer,
    extra_hosts: hosts,
    isolation: text,
    privileged: flag,
    secrets: fileMounts,
    tags: listOf(text),
    ulimits,
    platforms: listOf(text),
  }),
);

const dependency = fields(
  {
    restart: flag,
    required: anyOf("boolean"),
    condition: choice("service_started", "service_healthy", "service_completed_successfully"),
  },
  { required: ["condition"] },
);

const envFile = oneOf(
  text,
  listOf(
    oneOf(
      text,
      fields({ path: text, format: text, required: flag }, { required: ["path"], extensible: false }),
    ),
  ),
);

const attachment = fields(
  {
    aliases: texts,
    interface_name: text,
    ipv4_address: text,
    ipv6_address: text,
    link_local_ips: texts,
    mac_address: text,
    driver_opts: options,
    priority: anyOf("number"),
    gw_priority: anyOf("number"),
  },
  { nullable: true },
);

const port = oneOf(
  anyOf("number"),
  text,
  fields({
    name: text,
    mode: text,
    host_ip: text,
    target: integer,
    published: integer,
    protocol: text,
    app_protocol: text,
  }),
);

const volume = oneOf(
  text,
  fields(
    {
      type: choice("bind", "volume", "tmpfs", "cluster", "npipe", "image"),
      source: text,
      target: text,
      read_only: flag,
      consistency: text,
      bind: fields({
        propagation: text,
        create_host_path: flag,
        recursive: choice("enabled", "disabled", "writable", "readonly"),
        selinux: choice("z", "Z"),
      }),
      volume: fields({ labels: pairs, nocopy: flag, subpath: text }),
      tmpfs: fields({ size: oneOf({ types: ["integer"], minimum: 0 }, text), mode: numeric }),
      image: fields({ subpath: text }),
    },
    { required: ["type"] },
  ),
);

const watch = fields(
  {
    ignore: textOrTexts,
    include: textOrTexts,
    path: text,
    action: choice("rebuild", "sync", "restart", "sync+restart", "sync+exec"),
    target: text,
    exec: hook,
    initial_sync: anyOf("boolean"),
  },
  { required: ["path", "action"] },
);

const providerOption = anyOf("string", "number", "boolean");

/** A service as the Compose format has it. */
export const service = fields({
  annotations: pairs,
  attach: flag,
  blkio_config: fields(
    {
      device_read_bps: limit,
      device_read_iops: limit,
      device_write_bps: limit,
      device_write_iops: limit,
      weight: integer,
      weight_device: listOf(weight),
    },
    { extensible: false },
  ),
  build,
  cap_add: uniqueTexts,
  cap_drop: uniqueTexts,
  cgroup: choice("host", "private"),
  cgroup_parent: text,
  command,
  configs: fileMounts,
  container_name: { types: ["string"], pattern: /[a-zA-Z0-9][a-zA-Z0-9_.-]+/ },
  cpu_count: oneOf(text, { types: ["integer"], minimum: 0 }),
  cpu_percent: oneOf(text, { types: ["integer"], minimum: 0, maximum: 100 }),
  cpu_period: numeric,
  cpu_quota: numeric,
  cpu_rt_period: numeric,
  cpu_rt_runtime: numeric,
  cpu_shares: numeric,
  cpus: numeric,
  cpuset: text,
  credential_spec: fields({ config: text, file: text, registry: text }),
  depends_on: oneOf(texts, named(resourceName, dependency)),
  deploy: deployment,
  develop: fields({ watch: listOf(watch) }, { nullable: true }),
  device_cgroup_rules: texts,
  devices: listOf(
    oneOf(text, fields({ source: text, target: text, permissions: text }, { required: ["source"] })),
  ),
  dns: textOrTexts,
  dns_opt: uniqueTexts,
  dns_search: textOrTexts,
  domainname: text,
  entrypoint: command,
  env_file: envFile,
  environment: pairs,
  expose: listOf(anyOf("string", "number"), { unique: true }),
  extends: oneOf(text, fields({ service: text, file: text }, { required: ["service"], extensible: false })),
  external_links: uniqueTexts,
  extra_hosts: hosts,
  gpus: oneOf(choice("all"), listOf(deviceRequest({ closed: false, required: [] }))),
  group_add: listOf(anyOf("string", "number"), { unique: true }),
  healthcheck: fields({
    disable: flag,
    interval: text,
    retries: numeric,
    test: oneOf(text, listOf(text)),
    timeout: text,
    start_period: text,
    start_interval: text,
  }),
  hostname: text,
  image: text,
  init: flag,
  ipc: text,
  isolation: text,
  label_file: oneOf(text, listOf(text)),
  labels: pairs,
  links: uniqueTexts,
  logging: fields({
    driver: text,
    options: named(/^.+$/, anyOf("string", "number", "null"), { closed: false }),
  }),
  mac_address: text,
  mem_limit: numeric,
  mem_reservation: integer,
  mem_swappiness: integer,
  memswap_limit: numeric,
  models: oneOf(
    texts,
    named(resourceName, fields({ endpoint_var: text, model_var: text }, { nullable: true }), {
      closed: false,
    }),
  ),
  network_mode: text,
  networks: oneOf(texts, named(resourceName, attachment)),
  oom_kill_disable: flag,
  oom_score_adj: oneOf(text, { types: ["integer"], minimum: -1000, maximum: 1000 }),
  pid: anyOf("string", "null"),
  pids_limit: numeric,
  platform: text,
  ports: listOf(port, { unique: true }),
  post_start: listOf(hook),
  pre_stop: listOf(hook),
  privileged: flag,
  profiles: texts,
  provider: fields(
    { type: text, options: named(/^.+$/, oneOf(providerOption, listOf(providerOption)), { closed: false }) },
    { required: ["type"] },
  ),
  pull_policy: {
    types: ["string"],
    pattern: /always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+/,
  },
  pull_refresh_after: text,
  read_only: flag,
  restart: text,
  runtime: text,
  scale: integer,
  secrets: fileMounts,
  security_opt: uniqueTexts,
  shm_size: numeric,
  stdin_open: flag,
  stop_grace_period: text,
  stop_signal: text,
  storage_opt: anyOf("mapping"),
  sysctls: pairs,
  tmpfs: textOrTexts,
  tty: flag,
  ulimits,
  use_api_socket: anyOf("boolean"),
  user: text,
  userns_mode: text,
  uts: text,
  volumes: listOf(volume, { unique: true }),
  volumes_from: uniqueTexts,
  working_dir: text,
});
