import type { Screen } from "../../terminal/screen.ts";

/** Says that a ticket changed, with the version that it has now. */
export function reportChange(screen: Screen, changed: { id: string; version: number }, what: string): void {
  if (screen.json) screen.data({ ok: true, ...changed });
  else
    screen.line(
      `${screen.paint("bold", changed.id)} ${what} ${screen.paint("dim", `(version ${changed.version})`)}`,
    );
}
