import { conflict, notFound } from "../../bus/kernel/errors.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";

/** What has to be written so that a service gets another port: the variable that its port comes from. @throws `port_held`, `port_not_variable` */
export async function readPortChange(
  bus: QuestionClient,
  { stack, service }: { readonly stack: string; readonly service: string },
  port: number,
): Promise<Record<string, string>> {
  const [{ services }, { variables }, { ports }] = await Promise.all([
    bus.question("monitor.services", { stack }),
    bus.question("monitor.stacks", {}),
    bus.question("host.ports", { ports: [port] }),
  ]);
  const [seen] = ports;
  if (seen?.free === false)
    throw conflict(
      "port_held",
      `Port ${port} is taken by ${seen.holder ?? "another program"}. Choose another.`,
      {
        params: { port, holder: seen.holder ?? "another program" },
      },
    );
  const current = services
    .filter((one) => one.service === service)
    .flatMap(({ ports: published }) => published.flatMap((text) => publishedPort(text) ?? []));
  const variable = variables.find(
    ({ value, stacks, secret }) => !secret && stacks.includes(stack) && current.some((one) => value === one),
  );
  if (variable) return { [variable.name]: String(port) };
  throw notFound(
    "port_not_variable",
    `The port of ${service} stands in its Compose file, not in a variable. Hand in a ticket to change it.`,
    { params: { service } },
  );
}

/** The host's side of `127.0.0.1:8088->80/tcp` or `8088:80`. */
export function publishedPort(text: string): string | undefined {
  return /(?:^|:)(\d{1,5})(?:->|:\d{1,5}(?:\/|$))/.exec(text)?.[1];
}
