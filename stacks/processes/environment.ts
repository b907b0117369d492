/** Variables of ours that a program started for the user may see. */
const passed = ["PATH", "HOME", "LANG"] as const;

/** The environment of the user's app: PATH, HOME and LANG of ours and nothing else. */
export function appEnvironment(): Record<string, string> {
  return pickEnvironment(passed);
}

/** Takes those of the named variables that we have. */
export function pickEnvironment(names: readonly string[]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
