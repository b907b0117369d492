import { createScreen, type Screen } from "../../../terminal/screen.ts";

interface CaptureOptions {
  readonly json?: boolean;
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A screen whose output a test reads. */
export function captureScreen({ json = false, isTTY = false, env = {} }: CaptureOptions = {}): {
  screen: Screen;
  out: () => string;
  err: () => string;
} {
  let [out, err] = ["", ""];
  const screen = createScreen({
    json,
    env,
    out: { isTTY, columns: 80, write: (text) => (out += text) },
    err: { isTTY, write: (text) => (err += text) },
  });
  return { screen, out: () => out, err: () => err };
}
