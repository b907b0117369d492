import { expect, test } from "vitest";
import { partEnvironment } from "../../../cli/supervisor/part-environment.ts";

const user = {
  HOME: "/home/ada",
  PATH: "/usr/bin",
  PWD: "/home/ada/shop",
  OPENROUTER_API_KEY: "model-canary",
  POSTGRES_PASSWORD: "stack-canary",
  GITHUB_TOKEN: "stack-canary",
  LLM_MODEL: "some/model",
  GIT_SSH_COMMAND: "evil",
  NODE_CHANNEL_FD: "3",
  DOCKFRA_ANNOUNCE: "1",
};

test("a model's key reaches who asks a model, and nobody else", () => {
  const holders = ["orchestrator", "manager", "developer", "monitor", "autopilot", "gateway"].filter((part) =>
    JSON.stringify(partEnvironment(part, user)).includes("model-canary"),
  );
  expect(holders).toEqual(["manager", "developer"]);
});

test("a stack's secrets reach who starts stacks, and nobody else", () => {
  const holders = ["orchestrator", "manager", "developer", "monitor", "autopilot", "gateway"].filter((part) =>
    JSON.stringify(partEnvironment(part, user)).includes("stack-canary"),
  );
  expect(holders).toEqual(["monitor"]);
});

test("the rest is the user's own, without what would steer git or the part", () => {
  expect(partEnvironment("autopilot", user)).toEqual({
    HOME: "/home/ada",
    PATH: "/usr/bin",
    PWD: "/home/ada/shop",
    LLM_MODEL: "some/model",
    DOCKFRA_SUPERVISED: "1",
  });
});
