import { mkdir, readFile, rm } from "node:fs/promises";
import { constants } from "node:os";
import { execa } from "execa";
import { countReport, replaceFiles, type Totals } from "./test-report.ts";

// The whole proof, or with --fast its quick part: static checks side by side with nothing else, then the tests.
const fast = process.argv.includes("--fast");
const reportFile = ".cache/test-report.json";
/** Where more files fail than this, the machine was not merely busy. */
const maxFilesAgain = 8;
const staticChecks: readonly (readonly [name: string, argv: readonly [string, ...string[]]])[] = [
  ["format", ["oxfmt", "--list-different", "."]],
  ["lint", ["oxlint"]],
  ["types", ["tsc", "--noEmit"]],
  ["types of the page", ["tsc", "-p", "gateway/ui", "--noEmit"]],
  ["imports", ["node", "tools/check-imports.ts"]],
  ["dead code", ["knip", "--no-progress"]],
];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function run([file, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  const { failed, signal } = await execa(file, args, {
    preferLocal: true,
    stdio: ["ignore", "inherit", "inherit"],
    reject: false,
  });
  if (signal === "SIGINT") process.exit(128 + constants.signals.SIGINT);
  return !failed;
}

async function runStaticChecks(): Promise<Counted> {
  const failures: string[] = [];
  for (const [name, argv] of staticChecks) {
    const startedAtMs = performance.now();
    const passed = await run(argv);
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    say(`${passed ? "ok    " : "FAILED"} ${name} (${seconds} s)${passed ? "" : `: ${argv.join(" ")}`}`);
    if (!passed) failures.push(name);
  }
  return { passed: staticChecks.length - failures.length, failures, skips: [] };
}

type Counted = Omit<Totals, "failedFiles">;

async function runVitest(args: readonly string[]): Promise<{ passed: boolean; report: unknown }> {
  await mkdir(".cache", { recursive: true });
  await rm(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const passed = await run(["vitest", "run", ...args, ...reporters]);
  const report: unknown = JSON.parse(await readFile(reportFile, "utf8").catch(() => "{}"));
  return { passed, report };
}

async function runTests(): Promise<Counted> {
  const { passed, report } = await runVitest(fast ? ["--project", "unit"] : []);
  const totals = countReport(report);
  // Vitest also fails for what belongs to no test, such as an unhandled rejection.
  if (!passed && totals.failures.length === 0)
    return { ...totals, failures: ["vitest: see its output above"] };
  if (fast || passed || totals.failedFiles.length > maxFilesAgain) return totals;
  return runAgain(report, totals);
}

/** Runs the failed files once more: what passes now was unsteady, and is named; what fails again has failed. */
async function runAgain(report: unknown, { failures, failedFiles }: Totals): Promise<Counted> {
  say(`\n${failedFiles.length} files failed; they run once more:\n${failedFiles.join("\n")}\n`);
  const second = await runVitest(failedFiles);
  const totals = countReport(replaceFiles(report, second.report));
  for (const name of failures)
    if (!totals.failures.includes(name)) say(`UNSTEADY ${name}: failed, then passed`);
  return second.passed || totals.failures.length > 0
    ? totals
    : { ...totals, failures: ["vitest: see its output above"] };
}

const checks = await runStaticChecks();
const tests = await runTests();
const failures = [...checks.failures, ...tests.failures];
for (const name of tests.skips) say(`SKIPPED ${name}`);
for (const name of failures) say(`FAILED ${name}`);
const skipsFail = process.env["CI"] === "true" && tests.skips.length > 0;
if (skipsFail) say("On CI a skipped test is a failure: give this machine what the reasons above name.");
say(`${checks.passed + tests.passed} passed, ${failures.length} failed, ${tests.skips.length} skipped`);
process.exitCode = failures.length > 0 || skipsFail ? 1 : 0;
