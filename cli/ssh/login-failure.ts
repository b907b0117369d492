import { join } from "node:path";
import { conflict, DockfraError, invalidInput } from "../../bus/kernel/errors.ts";
import { createLogger } from "../../bus/kernel/log.ts";
import { connectWorker } from "../../bus/nats/connect.ts";
import { readKey } from "../../bus/server/keys.ts";
import { findInstallation, requireInstallation } from "../place/installation.ts";
import { userKeyName, type SshHost } from "./directions.ts";
import { readPrivate } from "./private-files.ts";

interface Place {
  readonly host: SshHost;
  readonly root: string;
}

/** Says what is the matter with the whole place, where it is: nothing runs, or the roles are processes. @throws `not_running`, `ssh_process_runtime` */
export async function explainPlace({ host, root }: Place): Promise<void> {
  const { runtime } = await requireInstallation(root);
  if (runtime !== "process" || host === "device") return;
  throw conflict(
    "ssh_process_runtime",
    `The roles of ${root} run as processes of this machine, without a shell of their own. Use the commands of dockfra, or start them in containers: dockfra down, then dockfra up --runtime docker`,
    { params: { root, role: host } },
  );
}

/** Where the client did not even start: there may be no keys. @throws `ssh_key_missing`, `ssh_key_exposed` */
export async function requireKeys(keysDir: string, host: SshHost, root: string): Promise<void> {
  const path = join(keysDir, userKeyName("operator", host));
  if ((await readPrivate(path)) !== undefined) return;
  throw invalidInput("ssh_key_missing", `There is no key ${path}. Make what is missing: dockfra init`, {
    params: { path, root },
  });
}

/** Tells everyone who watches that a host shows another key; a bus that does not answer changes nothing. */
export async function alertHostKey(root: string, { code, params }: DockfraError): Promise<void> {
  const found = await findInstallation(root);
  if (found?.natsUrl === undefined || found.credsDir === undefined) return;
  const log = createLogger("cli", "silent");
  try {
    await using bus = await connectWorker({
      worker: "host",
      instance: "ssh",
      servers: found.natsUrl,
      prefix: found.prefix,
      seed: (await readKey(found.credsDir, "host")).seed,
      log,
      firstTimeoutMs: 2_000,
    });
    bus.tell({ source: "host", kind: "health", atMs: Date.now(), code, params });
    await bus.reach(2_000);
  } catch (error) {
    if (!(error instanceof DockfraError)) throw error;
    log.debug({ err: error }, "nobody could be told of the changed host key");
  }
}
