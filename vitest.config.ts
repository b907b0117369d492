import { defineConfig } from "vitest/config";

/** Containers of roles are for the tests that are about them, which ask for them by name. */
const env = { DOCKFRA_RUNTIME: "process" };

/** A project whose files run one after another, because they share the machine's broker, engine or clock. */
function serial(name: string, groupOrder: number, timeoutMs: number) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      env,
      fileParallelism: false,
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      sequence: { groupOrder },
    },
  };
}

const serialNames = ["contract", "integration", "e2e", "chaos"];

export default defineConfig({
  test: {
    allowOnly: false,
    passWithNoTests: true,
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...serialNames, "bench"].map((name) => `test/${name}/**`),
          env,
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      serial("contract", 1, 60_000),
      serial("integration", 2, 120_000),
      serial("e2e", 3, 300_000),
      serial("chaos", 4, 600_000),
    ],
  },
});
