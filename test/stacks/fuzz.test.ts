import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DockfraError } from "../../bus/kernel/errors.ts";
import { formatCheck, parseCheck } from "../../stacks/checks/check-sentence.ts";
import { loadModel } from "../../stacks/discover/model.ts";
import { variablesOf } from "../../stacks/discover/model-variables.ts";
import { otherUses } from "../../stacks/discover/other-uses.ts";
import { portMistake } from "../../stacks/discover/port-spec.ts";
import { ComposeProblem } from "../../stacks/discover/problems.ts";
import { servicesOf } from "../../stacks/discover/services.ts";
import { splitVolume } from "../../stacks/discover/volume-spec.ts";
import { decodeSource } from "../../stacks/discover/yaml-source.ts";
import { parseEngineProjects } from "../../stacks/engine-projects/list.ts";
import { parseLaunchCondition } from "../../stacks/project-file/launch-condition.ts";
import { parseProjectFile } from "../../stacks/project-file/project-file.ts";
import { substitute } from "../../stacks/variables/templates.ts";

const runs = { numRuns: 10_000 };
const pieces = (...words: string[]) =>
  fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 16 }).map((parts) => parts.join("")),
    fc.string({ unit: "binary", maxLength: 40 }),
  );

/** Lets an expected refusal pass, and nothing else. */
function unlessRefused(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ComposeProblem || error instanceof DockfraError)) throw error;
  }
}

const origin = { source: { path: "/compose.yaml", text: "" }, start: 0, end: 0 };

describe("10,000 inputs each, read or refused", () => {
  test("whole Compose files, merged and judged", () => {
    const word = fc.constantFrom(
      "a",
      "b",
      "__proto__",
      "-v",
      "constructor",
      "image",
      "${X:-1}",
      "80:80",
      "",
      "null",
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        word,
        fc.constantFrom(null, true, 1, -1.5),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(word, tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    const service = fc.dictionary(
      fc.constantFrom(
        "image",
        "build",
        "ports",
        "volumes",
        "extends",
        "env_file",
        "environment",
        "depends_on",
        "profiles",
        "networks",
        "deploy",
        "labels",
      ),
      value,
      { maxKeys: 4 },
    );
    const file = fc.record(
      {
        services: fc.dictionary(word, fc.oneof(service, value), { maxKeys: 3 }),
        volumes: value,
        networks: value,
        include: value,
        name: value,
      },
      { requiredKeys: ["services"] },
    );
    fc.assert(
      fc.property(file, file, (main, over) => {
        const texts = new Map(
          [
            ["/p/compose.yaml", main],
            ["/p/over.yaml", over],
          ].map(([path, one]) => [path as string, JSON.stringify(one)]),
        );
        unlessRefused(() => {
          const read = (path: string) => {
            const text = texts.get(path);
            if (text === undefined) throw new ComposeProblem("unreadable", path);
            return decodeSource(path, Buffer.from(text));
          };
          const model = loadModel([...texts.keys()], "/p", { read, report: () => undefined });
          servicesOf(model);
          variablesOf(model, (path) => path);
          otherUses(model, "/p");
        });
      }),
      runs,
    );
  }, 60_000);

  test("dockfra.yaml", () => {
    const words = pieces(
      "lang: en\n",
      "env:\n",
      "  A: ",
      "{label: x, ",
      "type: port",
      "}",
      "\n",
      "stacks: {s: {dir: ",
      "..",
      "files: [a]",
      "deploy:\n  app: ",
      "checks: [",
      "GET / -> 200",
      "]",
      "post_launch:\n  - ",
      "label: L\n",
      "    condition: stack_running:a\n",
      "&a ",
      "*a",
      "<<: ",
      "- ",
      ": ",
      "'",
      '"',
      "\t",
      "__proto__: 1\n",
      "budgets: {x: -1}\n",
      "!!binary ",
    );
    fc.assert(
      fc.property(words, (text) => unlessRefused(() => parseProjectFile(text))),
      runs,
    );
  }, 60_000);

  test("ports and volumes", () => {
    const words = pieces(
      "80",
      ":",
      "127.0.0.1",
      "[::1]",
      "-",
      "/tcp",
      "/udp",
      "${P:-1}",
      "./d",
      "vol",
      "C:\\x",
      ",ro",
      "z",
      "99999",
      "\0",
    );
    fc.assert(
      fc.property(words, (text) => {
        expect(["string", "undefined"]).toContain(typeof portMistake(text));
        unlessRefused(() => splitVolume(text, origin));
      }),
      runs,
    );
  });

  test("interpolation: what has no dollar stays as it is", () => {
    const words = pieces("$", "${", "}", "A", ":-", ":?", "+", "$$", "{", "x", "\n");
    fc.assert(
      fc.property(words, (text) => {
        const filled = substitute(text, (name) => (name === "A" ? "$B${C}" : undefined));
        if (!text.includes("$")) expect(filled).toEqual({ ok: true, text });
      }),
      runs,
    );
  });

  test("checks: what is read is written the same again", () => {
    const words = pieces(
      "GET ",
      "/",
      "a",
      " -> ",
      "200",
      " contains ",
      '"x"',
      " lacks ",
      '"',
      "log ",
      "\\",
      "é",
      "  ",
    );
    fc.assert(
      fc.property(words, (text) =>
        unlessRefused(() => {
          const check = parseCheck(text);
          expect(parseCheck(formatCheck(check))).toEqual(check);
        }),
      ),
      runs,
    );
  });

  test("conditions of buttons", () => {
    const words = pieces(
      "stack_running",
      ":",
      "a",
      " and ",
      " or ",
      "not ",
      "!",
      "(",
      ")",
      "'",
      "container_running",
      " ",
    );
    fc.assert(
      fc.property(words, (text) => {
        expect(typeof parseLaunchCondition(text).ok).toBe("boolean");
      }),
      runs,
    );
  });

  test("labels of containers", () => {
    const texts = fc.array(fc.string({ unit: "binary", maxLength: 20 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(texts, (fields) => {
        const [project] = parseEngineProjects(JSON.stringify(fields));
        expect(project?.name ?? fields[5]).toBe(fields[5]);
      }),
      runs,
    );
  });
});
