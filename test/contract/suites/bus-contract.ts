import { describe } from "vitest";
import { flowLogContract } from "./flow-log.ts";
import type { BusFactory } from "./harness.ts";

/** Holds a bus to every port's contract; each suite starts an installation of its own. */
export function busContract(name: string, factory: BusFactory): void {
  describe(`${name} bus`, { timeout: 60_000 }, () => {
    flowLogContract(factory);
  });
}
