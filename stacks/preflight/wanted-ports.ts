import type { StackFacts } from "./facts.ts";

/** A port of this machine that a service is to be reached on. */
export interface WantedPort {
  readonly stack: StackFacts;
  readonly service: string;
  readonly port: number;
  readonly protocol: string;
  /** Empty for all addresses. */
  readonly address: string;
}

/** Lists the ports that stacks want, but for those that Docker may choose from a range. */
export function wantedPorts(stacks: readonly StackFacts[]): WantedPort[] {
  return stacks.flatMap((stack) =>
    Object.entries(stack.model?.services ?? {}).flatMap(([service, { ports }]) =>
      (ports ?? []).flatMap(({ published, protocol, host_ip: address = "" }) => {
        const port = Number(published);
        if (!Number.isInteger(port) || port < 1 || port > 65_535) return [];
        return [{ stack, service, port, protocol, address }];
      }),
    ),
  );
}
