import { execa } from "execa";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** How this machine shows a page, or nothing where nobody sits before it. */
export function browserCommand(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  if (env["CI"]) return undefined;
  if (platform === "darwin") return "open";
  const hasDisplay = Boolean(env["DISPLAY"] ?? env["WAYLAND_DISPLAY"]);
  return platform === "linux" && hasDisplay ? "xdg-open" : undefined;
}

/** Opens a page in the person's browser; false where there is none. The URL goes by a file of 0600, because all users of a machine see its processes' arguments. */
export async function openBrowser(url: string, stateDir: string): Promise<boolean> {
  const command = browserCommand(process.env, process.platform);
  if (command === undefined) return false;
  const dir = join(stateDir, "gateway");
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, "open.html");
  await writeFile(
    file,
    `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}"><a href="${url}">Dockfra</a>\n`,
    { mode: 0o600 },
  );
  const { failed } = await execa(command, [pathToFileURL(file).href], {
    reject: false,
    stdio: "ignore",
    timeout: 10_000,
  });
  return !failed;
}
