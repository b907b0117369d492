import { once } from "node:events";
import { cp, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

const BLUEPRINTS = join(import.meta.dirname, "../../../stacks/blueprints");
const START_TIMEOUT_MS = 10_000;

/** Nothing of the test runner's environment reaches the shop or its git. */
const cleanEnv = {
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
};

/** What a command said, both streams together, and how it ended. */
export type Ran = { readonly exitCode: number | undefined; readonly output: string };

/** A ticket of the demo: its title, its acceptance checks (one a line) and its patch. */
export type DemoTicket = {
  readonly title: string;
  readonly checks: string[];
  readonly diff: string;
};

/** A started shop; disposing it stops it with SIGTERM. */
export type RunningShop = AsyncDisposable & {
  readonly url: string;
  stop: () => Promise<Ran>;
};

/** A committed copy of the sample shop in a directory of its own, gone when disposed. */
export class ShopCopy implements AsyncDisposable {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  git(...words: string[]): Promise<Ran> {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
    return this.run("git", [...identity, ...words]);
  }

  /** Applies a ticket's patch with no leniency at all, and commits it. */
  async apply(ticket: DemoTicket): Promise<void> {
    for (const mode of ["--check", "--index"]) {
      const applied = await this.run("git", ["apply", mode, "-"], { input: ticket.diff });
      if (applied.exitCode !== 0) throw new Error(`${ticket.title}: ${applied.output}`);
    }
    await this.git("commit", "--quiet", "--message", ticket.title);
  }

  /** Runs the test command of `dockfra.yaml`. */
  test(): Promise<Ran> {
    return this.run("node", ["--test"]);
  }

  run(
    file: string,
    argv: string[],
    { input = "", env = {} }: { input?: string; env?: Record<string, string> } = {},
  ): Promise<Ran> {
    return execa(file, argv, { ...this.options(env), input }).then(({ exitCode, all }) => ({
      exitCode,
      output: all,
    }));
  }

  /** Starts the shop as the process target does, and waits until it answers anything. */
  async start(env: Record<string, string> = {}): Promise<RunningShop> {
    const port = await findFreePort();
    const options = this.options({ PORT: String(port), ...env });
    const shop = execa("node", ["src/server.js"], options);
    const url = `http://127.0.0.1:${port}`;
    const stop = async (): Promise<Ran> => {
      shop.kill("SIGTERM");
      const { exitCode, all } = await shop;
      return { exitCode, output: all };
    };
    const ended = shop.then(({ all }) => {
      throw new Error(`The shop ended: ${all}`);
    });
    try {
      await Promise.race([waitForAnswer(url), ended]);
    } catch (error) {
      await stop();
      throw error;
    }
    return { url, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private options(env: Record<string, string>) {
    return {
      cwd: this.directory,
      env: { ...cleanEnv, ...env },
      extendEnv: false,
      reject: false,
      all: true,
      forceKillAfterDelay: 8_000,
    } as const;
  }
}

/** Copies the sample into a new directory and commits it, as the demo does. */
export async function createShopCopy(): Promise<ShopCopy> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "dockfra-sample-")));
  await cp(join(BLUEPRINTS, "sample"), directory, { recursive: true });
  const copy = new ShopCopy(directory);
  await copy.git("init", "--quiet", "--initial-branch=main");
  await copy.git("add", "--all");
  const committed = await copy.git("commit", "--quiet", "--message", "Start the shop");
  if (committed.exitCode !== 0) throw new Error(committed.output);
  return copy;
}

/** Reads a ticket of the demo by its file name. */
export async function readDemoTicket(file: string): Promise<DemoTicket> {
  const text = await readFile(join(BLUEPRINTS, "sample-tickets", file), "utf8");
  return {
    title: /^# (.+)\n/.exec(text)?.[1] ?? "",
    checks: fenced(text, "checks").trim().split("\n"),
    diff: fenced(text, "diff"),
  };
}

function fenced(text: string, info: string): string {
  const block = new RegExp(`^\`\`\`${info}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(text)?.[1];
  if (block === undefined) throw new Error(`No fenced block "${info}".`);
  return block;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port was given.");
  return address.port;
}

async function waitForAnswer(url: string): Promise<void> {
  const untilMs = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await fetch(`${url}/style.css`);
      return;
    } catch (error) {
      if (Date.now() > untilMs) throw error;
      await sleep(20);
    }
  }
}
