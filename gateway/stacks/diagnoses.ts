import type { Diagnosis } from "../../bus/messages/diagnosis.ts";
import type { QuestionInput } from "../../bus/messages/questions.ts";
import type { QuestionClient } from "../../bus/ports/intents.ts";
import type { KnownSecrets } from "../text/known-secrets.ts";
import { keepColours } from "../text/terminal-text.ts";

/** Rules look at every container; a model takes its time. */
const rulesTimeoutMs = 60_000;
const modelTimeoutMs = 120_000;

/** Asks why something does not run; texts of programs in the answer are fit to be shown. */
export async function readDiagnoses(
  { bus, secrets }: { readonly bus: QuestionClient; readonly secrets: KnownSecrets },
  about: QuestionInput<"monitor.diagnose">,
): Promise<Diagnosis[]> {
  const timeoutMs = about.analyse === true ? modelTimeoutMs : rulesTimeoutMs;
  const { diagnoses } = await bus.question("monitor.diagnose", about, { timeoutMs });
  return cleanDiagnoses(diagnoses, secrets);
}

/** Makes texts of programs in diagnoses fit to be shown. */
export function cleanDiagnoses(diagnoses: readonly Diagnosis[], secrets: KnownSecrets): Diagnosis[] {
  const clean = <T extends { readonly text: string }>(line: T): T => ({
    ...line,
    text: secrets.redact(keepColours(line.text)),
  });
  return diagnoses.map((diagnosis) => ({
    ...diagnosis,
    evidence: diagnosis.evidence.map(clean),
    ...(diagnosis.analysis === undefined
      ? {}
      : { analysis: { ...clean(diagnosis.analysis), lines: diagnosis.analysis.lines.map(clean) } }),
  }));
}
