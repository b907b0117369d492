import { defineConfig } from "vitest/config";

/** Containers of roles are for the tests that are about them, which ask for them by name. */
const env = { DOCKFRA_RUNTIME: "process" };

/** A project whose files share the machine's broker, engine or clock: few run at once. */
function shared(name: string, groupOrder: number, timeoutMs: number, maxWorkers: number) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      env,
      maxWorkers,
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      sequence: { groupOrder },
    },
  };
}

const sharedNames = ["contract", "integration", "e2e", "chaos"];

export default defineConfig({
  test: {
    allowOnly: false,
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...sharedNames, "bench"].map((name) => `test/${name}/**`),
          env,
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      shared("contract", 1, 60_000, 1),
      shared("integration", 2, 120_000, 2),
      shared("e2e", 3, 300_000, 1),
      shared("chaos", 4, 600_000, 1),
    ],
  },
});
