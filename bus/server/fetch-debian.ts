import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { NatsFetchJob } from "./source.ts";

/** What is particular to a distribution: suites with a new nats-server, the component and the keys that sign. */
interface Distribution {
  readonly suites: readonly string[];
  readonly component: string;
  readonly keyring: string;
  /** Finds the distribution's own archive in what `apt-get update --print-uris` prints. */
  readonly archive: RegExp;
}

const distributions: Readonly<Record<string, Distribution>> = {
  debian: {
    suites: ["sid", "trixie-backports"],
    component: "main",
    keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
    archive: /^'(\S+\/debian)\/dists\//m,
  },
  ubuntu: {
    suites: ["devel"],
    component: "universe",
    keyring: "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
    archive: /^'(\S+\/ubuntu(?:-ports)?)\/dists\//m,
  },
};

/**
 * Unpacks the distribution's newest package, through an apt directory of its own: no root, and nothing of the
 * system's packages, lists or settings is touched.
 */
export async function unpackDebianPackage(job: NatsFetchJob): Promise<void> {
  const id = /^ID=(\w+)$/m.exec(await readFile("/etc/os-release", "utf8").catch(() => ""))?.[1] ?? "";
  const distribution = distributions[id];
  if (distribution === undefined) throw new Error("this is neither Debian nor Ubuntu");
  const mirror = await findMirror(distribution, job.signal);
  let failure: unknown;
  for (const suite of distribution.suites) {
    try {
      await unpackFromSuite(suite, mirror, distribution, job);
      return;
    } catch (error) {
      job.signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

// Printing what an update would fetch works before the first update, and without root.
async function findMirror({ archive }: Distribution, signal: AbortSignal): Promise<string> {
  const { stdout } = await execa("apt-get", ["update", "--print-uris"], { cancelSignal: signal });
  const mirror = archive.exec(stdout)?.[1];
  if (mirror === undefined) throw new Error("apt has no mirror of this distribution");
  return mirror;
}

async function unpackFromSuite(
  suite: string,
  mirror: string,
  { component, keyring }: Distribution,
  { dir, signal, onProgress }: NatsFetchJob,
): Promise<void> {
  const apt = join(dir, suite);
  for (const folder of ["lists/partial", "cache/archives/partial", "parts", "package"]) {
    await mkdir(join(apt, folder), { recursive: true });
  }
  await writeFile(join(apt, "status"), "");
  await writeFile(join(apt, "sources.list"), `deb [signed-by=${keyring}] ${mirror} ${suite} ${component}\n`);
  const options = { cwd: join(apt, "package"), cancelSignal: signal, env: { LC_ALL: "C.UTF-8" } };

  onProgress({ text: `Debian package: list of packages of ${suite}` });
  await execa("apt-get", [...toAptSettings(apt), "-q", "update"], options);
  const { stdout } = await execa("apt-cache", [...toAptSettings(apt), "show", "nats-server"], options);
  const version = /^Version: (\S+)$/m.exec(stdout)?.[1] ?? "";
  const totalBytes = Number(/^Size: (\d+)$/m.exec(stdout)?.[1]) || 0;
  onProgress({ text: `Debian package: nats-server ${version} of ${suite}`, doneBytes: 0, totalBytes });
  await execa("apt-get", [...toAptSettings(apt), "-q", "download", "nats-server"], options);

  const [file] = (await readdir(options.cwd)).filter((name) => name.endsWith(".deb"));
  if (file === undefined) throw new Error(`apt downloaded no package from ${suite}`);
  await execa("dpkg", ["-x", join(options.cwd, file), join(apt, "tree")], options);
  await copyFile(await findProgram(join(apt, "tree")), join(dir, "nats-server"));
  onProgress({
    text: `Debian package: nats-server ${version} of ${suite}`,
    doneBytes: totalBytes,
    totalBytes,
  });
}

function toAptSettings(apt: string): string[] {
  const settings = {
    "Dir::Etc::sourcelist": join(apt, "sources.list"),
    "Dir::Etc::sourceparts": join(apt, "parts"),
    "Dir::Etc::preferences": "/dev/null",
    "Dir::Etc::preferencesparts": join(apt, "parts"),
    "Dir::State::lists": join(apt, "lists"),
    "Dir::State::status": join(apt, "status"),
    "Dir::Cache": join(apt, "cache"),
    // The sandbox user may not read the user's cache.
    "APT::Sandbox::User": "root",
    "APT::Update::Post-Invoke::": "",
    "Acquire::Languages": "none",
    "Acquire::Check-Valid-Until": "false",
    "Acquire::Retries": "1",
    "Acquire::http::Timeout": "15",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

async function findProgram(tree: string): Promise<string> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const program = entries.find(
    (entry) => entry.isFile() && entry.name === "nats-server" && /s?bin$/.test(entry.parentPath),
  );
  if (program === undefined) throw new Error("the package has no nats-server program");
  return join(program.parentPath, program.name);
}
