import { expect, test } from "vitest";
import { createCommandEngine } from "../../../agents/engines/command.ts";
import { createPatchEngine } from "../../../agents/engines/patch.ts";
import { inPreferredOrder, selectEngine } from "../../../agents/engines/selection.ts";
import { ProjectFile } from "../../../stacks/project-file/project-schema.ts";
import { briefOf } from "../../integration/agents/crew.ts";

const engines = [createPatchEngine(), createCommandEngine({ home: "/nowhere" })];
const withCommand = ProjectFile.parse({ engines: { command: ["my-engine"] } });
const without = ProjectFile.parse({});
const patch = "```diff\n-a\n+b\n```\n";

test.each([
  ["a patch goes before the operator's engine", patch, withCommand, "patch"],
  ["without a patch the operator's engine is asked", "Say bye.", withCommand, "command"],
  ["a patch needs no engine", patch, without, "patch"],
])("%s", async (_name, text, project, name) => {
  expect((await selectEngine(engines, briefOf(text), { text, project })).name).toBe(name);
});

test("a ticket that no engine can take says what to add", async () => {
  const refused = selectEngine(engines, briefOf("x"), { text: "Say bye.", project: without });
  await expect(refused).rejects.toMatchObject({
    code: "no_engine",
    kind: "invalid_input",
    params: { ticket: "T-0001" },
  });
  await expect(refused).rejects.toThrow(/```diff block .* engines\.command/);
});

test("the engine that a person chose is asked first, the others in their order", () => {
  const names = (name: string | undefined) => inPreferredOrder(engines, name).map((engine) => engine.name);
  const usual = engines.map((engine) => engine.name);
  const last = usual.at(-1) ?? "";
  expect(names(last)).toEqual([last, ...usual.slice(0, -1)]);
  expect(names(undefined)).toEqual(usual);
  expect(names("no-such-engine")).toEqual(usual);
});
