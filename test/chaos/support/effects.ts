import { appendFile, link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newId } from "../../../bus/kernel/ids.ts";

/** One effect at the target: which command did it, for which ticket, and what it answered. */
export interface Effect {
  readonly commandId: string;
  readonly type: string;
  readonly ticket: string;
  readonly output: unknown;
}

/** A target outside that keeps each effect under its command's id, as a git server or a Docker engine does. */
export interface EffectTarget {
  find(commandId: string): Promise<Effect | undefined>;
  /** Makes the effect; false where one stands under this id already. */
  make(effect: Effect): Promise<boolean>;
  all(): Promise<Effect[]>;
  /** Command ids in the order in which somebody set about them, repeats included. */
  attempts(): Promise<string[]>;
}

/** Opens the target in a directory. */
export async function openEffectTarget(dir: string): Promise<EffectTarget> {
  const [done, temporary, log] = [join(dir, "done"), join(dir, "temporary"), join(dir, "attempts.log")];
  await mkdir(done, { recursive: true });
  await mkdir(temporary, { recursive: true });
  const read = async (name: string): Promise<Effect> =>
    JSON.parse(await readFile(join(done, name), "utf8")) as Effect;
  return {
    async find(commandId) {
      try {
        return await read(commandId);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async make(effect) {
      await appendFile(log, `${effect.commandId}\n`);
      const draft = join(temporary, newId());
      await writeFile(draft, JSON.stringify(effect), { flag: "wx" });
      try {
        // A link is made whole or not at all, and never over another one.
        await link(draft, join(done, effect.commandId));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
      } finally {
        await rm(draft, { force: true });
      }
    },
    all: async () => Promise.all((await readdir(done)).map(read)),
    async attempts() {
      const text = await readFile(log, "utf8").catch((error: NodeJS.ErrnoException) =>
        error.code === "ENOENT" ? "" : Promise.reject(error),
      );
      return text.split("\n").filter((line) => line !== "");
    },
  };
}
