import { service } from "./shape-service.ts";
import {
  anyOf,
  fields,
  flag,
  listOf,
  named,
  oneOf,
  options,
  pairs,
  resourceName,
  text,
  textOrTexts,
} from "./shape-words.ts";
import type { Shape } from "./shapes.ts";

const strictExternal = externalWith(true);
const looseExternal = externalWith(false);

function externalWith(closed: boolean): Shape {
  return {
    types: ["boolean", "string", "mapping"],
    fields: { name: text },
    patterns: closed ? [[/^x-/, anyOf("string", "number", "boolean", "null", "mapping", "array")]] : [],
    closed,
  };
}

const network = fields(
  {
    name: text,
    driver: text,
    driver_opts: options,
    ipam: fields({
      driver: text,
      config: listOf(
        fields({ subnet: text, ip_range: text, gateway: text, aux_addresses: named(/^.+$/, text) }),
      ),
      options: named(/^.+$/, text),
    }),
    external: strictExternal,
    internal: flag,
    enable_ipv4: flag,
    enable_ipv6: flag,
    attachable: flag,
    labels: pairs,
  },
  { nullable: true },
);

const volume = fields(
  { name: text, driver: text, driver_opts: options, external: strictExternal, labels: pairs },
  { nullable: true },
);

const secret = fields({
  name: text,
  environment: text,
  file: text,
  external: looseExternal,
  labels: pairs,
  driver: text,
  driver_opts: options,
  template_driver: text,
});

const config = fields({
  name: text,
  content: text,
  environment: text,
  file: text,
  external: looseExternal,
  labels: pairs,
  template_driver: text,
});

const model = fields(
  { name: text, model: text, context_size: anyOf("integer"), runtime_flags: listOf(text) },
  { required: ["model"] },
);

const include = oneOf(
  text,
  fields({ path: textOrTexts, env_file: textOrTexts, project_directory: text }, { extensible: false }),
);

/** A whole Compose file. */
export const composeFile = fields({
  version: text,
  name: text,
  include: listOf(include),
  services: named(resourceName, service),
  models: named(resourceName, model, { closed: false }),
  networks: named(resourceName, network, { closed: false }),
  volumes: named(resourceName, volume),
  secrets: named(resourceName, secret),
  configs: named(resourceName, config),
});
