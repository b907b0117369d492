import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeOutcome } from "../test/integration/bus/matrix/cell.ts";
import { listenTable, mutantTable, publishTable, resultText } from "../test/integration/bus/matrix/page.ts";
import { killAll } from "../test/integration/bus/matrix/proof.ts";
import { runAll } from "../test/integration/bus/matrix/run.ts";
import { openStage } from "../test/integration/bus/matrix/stage.ts";

// Runs the whole proof and writes its figures into docs/capabilities.md, between the marks.
const file = join(import.meta.dirname, "../docs/capabilities.md");

await using stage = await openStage();
const outcomes = await runAll(stage);
const mutants = await killAll(stage, { seed: Date.now() % 1_000_000, alone: 50 });
const parts = {
  publish: publishTable(),
  listen: listenTable(),
  mutants: mutantTable(),
  result: resultText(stage.version, outcomes, mutants),
};
let page = await readFile(file, "utf8");
for (const [name, text] of Object.entries(parts)) {
  const [from, to] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const [start, end] = [page.indexOf(from), page.indexOf(to)];
  if (start < 0 || end < start) throw new Error(`docs/capabilities.md lacks the marks of "${name}".`);
  page = `${page.slice(0, start + from.length)}\n${text}\n\n${page.slice(end)}`;
}
await writeFile(file, page);
const faults = outcomes.filter(({ fault }) => fault !== undefined);
for (const fault of faults) process.stdout.write(`${describeOutcome(fault)}\n`);
const unnoticed = [...mutants.all, ...mutants.alone].filter(({ by }) => by === undefined);
for (const { mutant } of unnoticed)
  process.stdout.write(`unnoticed: ${mutant.principal}: ${mutant.kind}: ${mutant.grant}\n`);
process.stdout.write(
  `${outcomes.length} cells, ${faults.length} faults; ${mutants.all.length} mutants, ${unnoticed.length} unnoticed\n`,
);
process.exitCode = faults.length + unnoticed.length > 0 ? 1 : 0;
