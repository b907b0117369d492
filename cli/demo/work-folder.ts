import { cp, mkdir, mkdtemp, readdir, readFile, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { conflict } from "../../bus/kernel/errors.ts";
import { freePort, isPortFree } from "../../bus/server/ready.ts";
import { engineAnswers } from "../../stacks/targets/compose/docker-cli.ts";
import { toName } from "../host/repos.ts";
import { initRepository } from "../project/git-init.ts";
import { parseTicketText } from "../../agents/shell/ticket-text.ts";

const blueprints = join(import.meta.dirname, "..", "..", "stacks", "blueprints");
const samplePort = 8088;

/** The copy of the sample that a demo works on. */
export interface WorkFolder {
  readonly dir: string;
  /** Where the shop answers once it is deployed. */
  readonly url: string;
  /** Compose project that its containers belong to. */
  readonly project: string;
  /** Set where the sample's own port is taken by something else. */
  readonly movedFrom?: number;
}

/** Copies the sample into a folder of its own, on a port that is free, with one first commit. @throws `demo_dir_taken` */
export async function createWorkFolder(wanted?: string): Promise<WorkFolder> {
  const dir = await openFolder(wanted);
  await cp(join(blueprints, "sample"), dir, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  const port = (await isPortFree(samplePort)) ? samplePort : await freePort();
  if (port !== samplePort) await usePort(dir, port);
  // as unique as the folder, for another demo may come to the same port later
  const project = `dockfra-demo-${toName(basename(dir).replace("dockfra-demo-", ""))}`;
  await nameProject(dir, project);
  if (!(await engineAnswers())) await giveUpSooner(dir);
  await initRepository(dir);
  return {
    dir,
    url: `http://127.0.0.1:${port}`,
    project,
    ...(port === samplePort ? {} : { movedFrom: samplePort }),
  };
}

async function openFolder(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return realpath(await mkdtemp(join(tmpdir(), "dockfra-demo-")));
  await mkdir(wanted, { recursive: true });
  if ((await readdir(wanted)).length > 0)
    throw conflict(
      "demo_dir_taken",
      `${wanted} is not empty. Name a folder that does not exist yet, or leave --dir out.`,
      { params: { dir: wanted } },
    );
  return realpath(wanted);
}

/** The process target takes the port from the URL, Compose from the variable. */
async function usePort(dir: string, port: number): Promise<void> {
  const file = join(dir, "dockfra.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replaceAll(`127.0.0.1:${samplePort}`, `127.0.0.1:${port}`));
  await writeFile(join(dir, ".env"), `SHOP_PORT=${port}\n`, { mode: 0o600 });
}

/** A name of its own, so that no container of a project of the user's is ever taken for the demo's. */
async function nameProject(dir: string, project: string): Promise<void> {
  const file = join(dir, "docker-compose.yml");
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/^name: .*$/m, `name: ${project}`));
}

/** A process is healthy at once or never; Compose sees a sick container by itself, and may need its time to start one. */
async function giveUpSooner(dir: string): Promise<void> {
  const file = join(dir, "dockfra.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text.replace(/^( +)health: .*$/m, (line, indent: string) => `${line}\n${indent}health_timeout_s: 6`),
  );
}

/** A ticket as its file has it. */
export interface SampleTicket {
  readonly title: string;
  readonly description: string;
}

/** Reads the tickets of the demo, in their order. */
export async function readSampleTickets(): Promise<SampleTicket[]> {
  const dir = join(blueprints, "sample-tickets");
  const names = (await readdir(dir)).filter((name) => name.endsWith(".md")).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const { title = name, description } = parseTicketText(await readFile(join(dir, name), "utf8"));
      return { title, description };
    }),
  );
}
