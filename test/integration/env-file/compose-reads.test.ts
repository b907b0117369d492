import fc from "fast-check";
import { execa } from "execa";
import { expect, test } from "vitest";
import { z } from "zod";
import { writeEnvFile } from "../../../stacks/env-file/env-file.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { makeScratch } from "../../support/scratch.ts";

const Config = z.looseObject({
  services: z.record(z.string(), z.looseObject({ environment: z.record(z.string(), z.string().nullable()) })),
});

const count = 500;
const nasty = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      "\\",
      "$",
      "${A}",
      "$(id)",
      "{",
      "}",
      " ",
      "#",
      " # x",
      "=",
      "n",
      "\\n",
      "$$",
      "\t",
      "`",
      ":",
      "ä",
      "😀",
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));
const value = fc
  .oneof(nasty, fc.string({ unit: "grapheme" }))
  .filter((text) => !/[\r\n\0]/.test(text) && text.isWellFormed());

describeWithEngine("values that were written", () => {
  test("are what docker compose reads", async () => {
    await using scratch = await makeScratch();
    const wanted = fc
      .sample(value, { numRuns: count, seed: 5 })
      .map((text, index) => [`V${index}`, text] as const);
    await scratch.write(".env.kept", "# kept\nV0='old' # note\nA=never\n");
    await writeEnvFile(scratch.path(".env.kept"), new Map(wanted));
    const lines = wanted.map(([name]) => `      ${name}: "\${${name}}"`);
    await scratch.write(
      "compose.yaml",
      `services:\n  web:\n    image: busybox\n    environment:\n${lines.join("\n")}\n`,
    );
    const words = ["compose", "--env-file", ".env.kept", "config", "--format", "json"];
    const { stdout } = await execa("docker", words, { cwd: scratch.dir, stdin: "ignore" });
    const read = Config.parse(JSON.parse(stdout)).services["web"]?.environment ?? {};
    // what it prints could be read again, so every dollar is doubled
    expect(read).toEqual(
      Object.fromEntries(wanted.map(([name, text]) => [name, text.replaceAll("$", "$$$$")])),
    );
  });
});
