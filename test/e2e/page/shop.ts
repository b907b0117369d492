import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { createWorkFolder } from "../../../cli/demo/work-folder.ts";
import { Installation } from "../../../cli/place/installation.ts";
import { makeScratch } from "../../support/scratch.ts";

const dockfra = join(import.meta.dirname, "../../../bin/dockfra");
const Summary = z.looseObject({ ok: z.literal(true), url: z.url() });

/** A copy of the sample with everything of Dockfra running on it. */
export interface RunningShop extends AsyncDisposable {
  readonly dir: string;
  /** Where the shop itself answers once it is deployed. */
  readonly shopUrl: string;
  /** A new start-up link, good for one visit. */
  readonly link: () => Promise<string>;
  readonly cli: (...args: readonly string[]) => Promise<string>;
  readonly pidOf: (part: string) => Promise<number>;
}

/** Starts Dockfra on a copy of the sample, as `dockfra up` does it; `prepare` may add files before. */
export async function runShop(prepare?: (dir: string) => Promise<void>): Promise<RunningShop> {
  const scratch = await makeScratch();
  const folder = await createWorkFolder(scratch.path("shop"));
  await prepare?.(folder.dir);
  const env = {
    XDG_STATE_HOME: scratch.path("state"),
    WIZARD_PORT: "0",
    NO_COLOR: "1",
    DOCKFRA_PREFIX: undefined,
    DOCKFRA_ROOT: undefined,
  };
  const cli = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await execa(dockfra, [...args, "--root", folder.dir], {
      env,
      stdin: "ignore",
      timeout: 120_000,
    });
    return stdout;
  };
  const link = async (): Promise<string> => Summary.parse(JSON.parse(await cli("url", "--json"))).url;
  await cli("up", "--detach", "--prefix", `page-${process.pid}`);
  return {
    dir: folder.dir,
    shopUrl: folder.url,
    link,
    cli,
    async pidOf(part) {
      const { parts } = Installation.parse(
        JSON.parse(await readFile(join(folder.dir, "dockfra", "lock"), "utf8")),
      );
      return parts.find((known) => known.part === part)?.pid ?? 0;
    },
    async [Symbol.asyncDispose]() {
      await cli("down", "--stacks");
      await scratch[Symbol.asyncDispose]();
    },
  };
}
