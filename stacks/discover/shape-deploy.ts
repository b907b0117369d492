import type { Shape } from "./shapes.ts";
import { choice, fields, integer, listOf, numeric, pairs, text, texts } from "./shape-words.ts";

interface DeviceRequestOptions {
  readonly closed?: boolean;
  readonly required?: readonly string[];
}

/** A request for GPUs or other devices. */
export function deviceRequest({
  closed = true,
  required = ["capabilities"],
}: DeviceRequestOptions = {}): Shape {
  return fields(
    { capabilities: texts, count: integer, device_ids: texts, driver: text, options: pairs },
    { closed, required },
  );
}

const rollout = fields({
  parallelism: integer,
  delay: text,
  failure_action: text,
  monitor: text,
  max_failure_ratio: numeric,
  order: choice("start-first", "stop-first"),
});

/** A service's `deploy` section. */
export const deployment = fields(
  {
    mode: text,
    endpoint_mode: text,
    replicas: integer,
    labels: pairs,
    rollback_config: rollout,
    update_config: rollout,
    resources: fields({
      limits: fields({ cpus: numeric, memory: text, pids: integer }),
      reservations: fields({
        cpus: numeric,
        memory: text,
        generic_resources: listOf(fields({ discrete_resource_spec: fields({ kind: text, value: numeric }) })),
        devices: listOf(deviceRequest()),
      }),
    }),
    restart_policy: fields({ condition: text, delay: text, max_attempts: integer, window: text }),
    placement: fields({
      constraints: listOf(text),
      preferences: listOf(fields({ spread: text })),
      max_replicas_per_node: integer,
    }),
  },
  { nullable: true },
);
