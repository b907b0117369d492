import { describe } from "vitest";
import { connectionContract } from "./connection.ts";
import { feedContract } from "./feed.ts";
import { flowLogContract } from "./flow-log.ts";
import type { BusFactory } from "./harness.ts";
import { intentContract } from "./intents.ts";
import { resultContract } from "./results.ts";
import { storeContract } from "./stores.ts";
import { timerContract } from "./timers.ts";
import { workContract } from "./work.ts";

/** Holds a bus to every port's contract; each group of tests starts an installation of its own. */
export function busContract(name: string, factory: BusFactory): void {
  describe(`${name} bus`, { timeout: 60_000 }, () => {
    connectionContract(factory);
    flowLogContract(factory);
    workContract(factory);
    resultContract(factory);
    intentContract(factory);
    feedContract(factory);
    storeContract(factory);
    timerContract(factory);
  });
}
