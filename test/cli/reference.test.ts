import type { Command } from "commander";
import { expect, test, vi } from "vitest";
import { commandExamples } from "../../cli/command-examples.ts";
import { commandGroups } from "../../cli/command-groups.ts";
import { allCommands, createProgram, runProgram } from "../../cli/program.ts";

/** The whole command line as a page: each command with what it takes. `vitest -u` writes it anew. */
function renderReference(program: Command): string {
  const leaves = allCommands(program).filter(
    ({ commands, registeredArguments }) => commands.length === 0 || registeredArguments.length > 0,
  );
  return [
    "# The command line",
    "",
    "Every command takes `--root DIR` (the project; default: the current directory), `--prefix NAME`, `--json` (one line of",
    "JSON on stdout) and `--help`. `dockfra` alone is `dockfra up`.",
    "",
    "Exit codes: 0 done, 1 a surprise, 2 mend the input, 3 no such thing, 4 the present state refuses it, 5 not allowed,",
    "6 something does not answer. `ticket wait` adds: 10 blocked, 11 cancelled, 12 closed before the wanted state, 124 out of time.",
    "",
    ...leaves.flatMap(renderCommand),
  ].join("\n");
}

function renderCommand(command: Command): string[] {
  const path: string[] = [];
  for (let at: Command | null = command; at; at = at.parent) path.unshift(at.name());
  const args = command.registeredArguments.map((argument) =>
    argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`,
  );
  const rows = [
    ...command.registeredArguments
      .filter(({ description }) => description !== "")
      .map((argument) => [argument.name(), argument.description]),
    ...command.options.map((option) => [option.flags, describeOption(option)]),
  ];
  return [
    `## \`${path.join(" ")}${args.join("")}\``,
    "",
    `${command.description().charAt(0).toUpperCase()}${command.description().slice(1)}.`,
    "",
    ...(rows.length === 0 ? [] : [...rows.map(([name = "", text = ""]) => `- \`${name}\`: ${text}`), ""]),
  ];
}

function describeOption({ description, argChoices, defaultValue }: Command["options"][number]): string {
  const choices = argChoices ? `: ${argChoices.join(", ")}` : "";
  return `${description}${choices}${defaultValue === undefined ? "" : ` (default: ${String(defaultValue)})`}`;
}

test("docs/cli.md is what the program says of itself", async () => {
  await expect(renderReference(createProgram())).toMatchFileSnapshot("../../docs/cli.md");
});

test("every command has a description, --help and the options that all share", () => {
  for (const command of allCommands(createProgram())) {
    expect(command.description()).not.toBe("");
    const help = command.helpInformation();
    for (const option of ["--help", "--root", "--prefix", "--json"]) expect(help).toContain(option);
  }
});

test("the version is that of the package, in JSON where asked", async () => {
  const said: string[] = [];
  for (const json of [false, true]) {
    const program = createProgram({ json })
      .exitOverride()
      .configureOutput({ writeOut: (text) => said.push(text) });
    await expect(program.parseAsync(["--version"], { from: "user" })).rejects.toMatchObject({ exitCode: 0 });
  }
  expect(said[0]).toMatch(/^dockfra \d+\.\d+\.\d+\n$/);
  expect(JSON.parse(said[1] ?? "")).toMatchObject({ ok: true, version: said[0]?.trim().slice(8) });
});

test("every command shows examples in its help, and each of them is one", async () => {
  const program = createProgram();
  const paths = new Map(allCommands(program).map((command) => [pathOf(command), command]));
  const leaves = [...paths].filter(
    ([, { commands, registeredArguments }]) => commands.length === 0 || registeredArguments.length > 0,
  );
  expect(Object.keys(commandExamples).toSorted()).toEqual(["", ...leaves.map(([path]) => path)].toSorted());
  for (const command of paths.values()) command.action(() => undefined);
  for (const example of Object.values(commandExamples).flat()) {
    const typed = example.slice(example.indexOf("dockfra ")).replace(/ +(?:#|>).*$/, "");
    const words = [...typed.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? "");
    await program.parseAsync(words.slice(1), { from: "user" });
  }
});

function pathOf(command: Command): string {
  const words: string[] = [];
  for (let at: Command | null = command; at?.parent; at = at.parent) words.unshift(at.name());
  return words.join(" ");
}

test("a command that is not there names the one that was meant", async () => {
  const said: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  try {
    await runProgram(["lauch", "--json"]);
    await runProgram(["ticket", "lst", "--json"]);
    await runProgram(["ps", "--updated", "--json"]);
    await runProgram(["qqq", "--json"]);
  } finally {
    write.mockRestore();
    process.exitCode = 0;
  }
  expect(said.map((line) => (JSON.parse(line) as { error: { message: string } }).error.message)).toEqual([
    'There is no command "lauch", but there is launch. See dockfra --help.',
    "Unknown command 'lst', but there is list. See dockfra ticket --help.",
    "Unknown option '--updated', but there is --updates. See dockfra ps --help.",
    'There is no command "qqq". See dockfra --help.',
  ]);
});

test("a usage error names the help of the command that was meant", async () => {
  const said: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  try {
    await runProgram(["bus", "--json"]);
    await runProgram(["ticket", "show", "--json", "--nope"]);
  } finally {
    write.mockRestore();
    process.exitCode = 0;
  }
  expect(said.map((line) => (JSON.parse(line) as { error: { message: string } }).error.message)).toEqual([
    expect.stringMatching(/^A command is missing\. See dockfra bus --help\.$/),
    expect.stringMatching(/See dockfra ticket show --help\.$/),
  ]);
});

test("every command stands below a heading of --help", () => {
  const named: readonly string[] = Object.values(commandGroups).flat();
  expect(createProgram().commands.map((command) => command.name())).toEqual(named);
});
