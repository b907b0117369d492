import { resolve } from "node:path";
import { unavailable } from "../../bus/kernel/errors.ts";
import { createLogger, type Logger } from "../../bus/kernel/log.ts";
import type { Worker } from "../../bus/messages/principals.ts";
import { connectClient, connectWorker } from "../../bus/nats/connect.ts";
import type { ClientBus, WorkerBus } from "../../bus/ports/bus.ts";
import { readKey } from "../../bus/server/keys.ts";
import type { Invocation } from "../invocation.ts";
import { requireInstallation } from "./installation.ts";
import { prefixOf } from "./prefix.ts";
import { resolveRoot } from "./root.ts";

/** Where a bus is, and the credentials for it. */
export interface BusPlace {
  readonly servers: string;
  readonly credsDir: string;
  readonly prefix: string;
}

/**
 * Finds the bus of the running installation that a command is about; where its parts run alone, `DOCKFRA_SERVERS` and `DOCKFRA_CREDS` say
 * where it is.
 * @throws `not_running`
 */
export async function findBus({
  options,
}: Invocation<object>): Promise<BusPlace & { readonly root: string }> {
  const root = await resolveRoot(options.root);
  const { DOCKFRA_SERVERS: servers, DOCKFRA_CREDS: creds } = process.env;
  if (servers && creds)
    return { root, servers, credsDir: resolve(creds), prefix: await prefixOf(root, options.prefix) };
  const { natsUrl, credsDir, prefix } = await requireInstallation(root);
  if (natsUrl === undefined || credsDir === undefined)
    throw unavailable("still_starting", `What runs for ${root} is still starting. Try again in a moment.`, {
      params: { root },
    });
  return { root, servers: natsUrl, credsDir, prefix };
}

/** Does something as the operator, on the bus of the running installation. @throws `not_running`, `bus_down` */
export async function withOperator<T>(
  invocation: Invocation<object>,
  use: (bus: ClientBus) => Promise<T>,
): Promise<T> {
  const place = await findBus(invocation);
  await using bus = await connectOperator(place);
  return await use(bus);
}

/** Connects as the operator. @throws `bus_down`, `seed_missing` */
export async function connectOperator({ servers, credsDir, prefix }: BusPlace): Promise<ClientBus> {
  const { seed } = await readKey(credsDir, "operator");
  return connectClient({
    principal: "operator",
    servers,
    prefix,
    seed,
    log: createLogger("cli", process.env["DOCKFRA_LOG"] ?? "silent"),
  });
}

/** Connects as a worker, with its own credentials. @throws `bus_down`, `seed_missing` */
export async function connectPartWorker(
  worker: Worker,
  instance: string,
  place: BusPlace,
  log: Logger,
): Promise<WorkerBus> {
  const { servers, credsDir, prefix } = place;
  const { seed } = await readKey(credsDir, worker);
  return connectWorker({ worker, instance, servers, prefix, seed, log, firstTimeoutMs: 30_000 });
}
