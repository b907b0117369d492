/**
 * Flags of Node for a part of the house. A part waits more than it works, so it keeps a small young generation and one
 * helper thread, which saves a quarter of its memory; the orchestrator works, and gets room for it.
 */
export function nodeFlags(part: string): readonly string[] {
  const young = part === "orchestrator" || part === "gateway" ? 4 : 1;
  return ["--disable-warning=ExperimentalWarning", `--max-semi-space-size=${young}`, "--v8-pool-size=1"];
}
