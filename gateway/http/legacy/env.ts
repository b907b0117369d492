import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { VariableView } from "../../../bus/messages/stack-service.ts";
import type { GatewayServices } from "../../services.ts";
import { groupOf, mask } from "../../project/variables.ts";
import { parseWith } from "../body.ts";

const Values = z.record(
  z.string().max(200),
  z
    .union([z.string().max(32_768), z.number(), z.boolean(), z.null()])
    .transform((value) => (value === null ? "" : String(value))),
);

/** The project's variables as clients of the predecessor read and write them. */
export function addEnvRoutes(app: FastifyInstance, { bus }: GatewayServices): void {
  app.get("/env", async () => {
    const { variables } = await bus.question("monitor.stacks", {});
    return Object.fromEntries(variables.map((variable) => [variable.name, toEntry(variable)]));
  });

  app.post("/env", async (request) => {
    const given = Object.entries(parseWith(Values, request.body ?? {}));
    // a form that sends back what it was shown changes no secret
    const values = Object.fromEntries(given.filter(([, value]) => value !== mask));
    const { updated } = await bus.question("monitor.env-set", { values });
    return { ok: true, updated };
  });

  app.get<{ Params: { key: string } }>("/detect/:key", async ({ params }) => {
    const { value, hint, options } = await bus.question("monitor.detect", { key: params.key.slice(0, 200) });
    if (value === undefined && hint === undefined && options.length === 0) return {};
    return { value: value ?? "", hint: hint ?? "", options };
  });

  app.get("/device-ips", async () => {
    const { options } = await bus.question("monitor.detect", { key: "device_ip" });
    return { options };
  });
}

/** One variable in the predecessor's shape. */
function toEntry(variable: VariableView) {
  const { name, value, label, isSet, secret, requiredFor } = variable;
  return {
    value: secret ? (isSet ? mask : "") : (value ?? ""),
    label: label ?? name,
    group: groupOf(variable),
    empty: !isSet,
    required_for: requiredFor,
  };
}
