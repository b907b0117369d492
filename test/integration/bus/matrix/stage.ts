import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createUser } from "@nats-io/nkeys";
import { execa } from "execa";
import { silentLogger } from "../../../../bus/kernel/log.ts";
import { principals, type Principal } from "../../../../bus/messages/principals.ts";
import { connectCore } from "../../../../bus/nats/connect.ts";
import { accountOf, planAccounts, type Account } from "../../../../bus/server/accounts.ts";
import { renderAccounts, renderServerConfig, type PublicKeys } from "../../../../bus/server/config.ts";
import { freePort, readGreeting } from "../../../../bus/server/ready.ts";
import { natsBinary } from "../../../bus/nats-fixture.ts";
import { connectActor, connectWitness, type Actor, type Arrival, type Witness } from "./actor.ts";
import { prefix } from "./oracle.ts";

/** What the server itself says of an account. */
export interface AccountInfo {
  readonly jetstream_enabled: boolean;
  readonly exports?: readonly {
    readonly subject: string;
    readonly type: string;
    readonly response_type?: string;
    readonly approved_accounts?: readonly string[];
  }[];
  readonly imports?: readonly {
    readonly subject: string;
    readonly type: string;
    readonly account: string;
    readonly to?: string;
    readonly local_subject?: string;
  }[];
}

/** The real server with the generated accounts, and in each account a witness that the generated ones do not have. */
export interface Stage extends AsyncDisposable {
  readonly version: string;
  readonly names: ReadonlyMap<Principal, string>;
  witness(principal: Principal): Witness;
  /** Connects as a principal, with what the configuration lets it do. */
  actor(principal: Principal): Promise<Actor>;
  /** Connects to a principal's account without any limit of permissions: what a broken list of permissions would leave. */
  burglar(principal: Principal): Promise<Actor>;
  /** Everything seen with a token, in all accounts. */
  arrivals(token: string): readonly Arrival[];
  /** Waits until every witness has what the server sent before. */
  settle(): Promise<void>;
  accountInfo(principal: Principal): Promise<AccountInfo>;
  /** A request of the witness in CORE: the API without a limit. */
  api<T>(operation: string, body?: unknown): Promise<T>;
  /** Gives the running server other accounts. Resolves to what it says against them, if it refuses. */
  reload(accounts: readonly Account[]): Promise<string | undefined>;
}

interface Key {
  readonly seed: string;
  readonly publicKey: string;
}

function newKey(): Key {
  const pair = createUser();
  return { seed: new TextDecoder().decode(pair.getSeed()), publicKey: pair.getPublicKey() };
}

const byPrincipal = <T>(make: (principal: Principal) => T): Record<Principal, T> =>
  Object.fromEntries(principals.map((principal) => [principal, make(principal)])) as Record<Principal, T>;

/** Starts the server. */
export async function openStage(): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), "dockfra-matrix-"));
  const port = await freePort();
  const [users, watching, system] = [byPrincipal(newKey), byPrincipal(newKey), newKey()];
  const publicKeys: PublicKeys = byPrincipal((principal) => users[principal].publicKey);
  const configFile = join(root, "nats.conf");
  const logFile = join(root, "nats.log");
  const planned = planAccounts(prefix);
  const generated = renderServerConfig({
    prefix,
    publicKeys,
    serverName: "matrix",
    port,
    storeDir: join(root, "store"),
    logFile,
    pidFile: join(root, "pid"),
  });

  /** The generated text, with one more user in each account and one in the system's. */
  function render(accounts: readonly Account[]): string {
    const text = generated.replace(
      renderAccounts(prefix, publicKeys),
      renderAccounts(prefix, publicKeys, accounts),
    );
    const keys = accounts.map(({ name }) => {
      const owner = principals.find((principal) => accountOf(prefix, principal) === name);
      return owner ? watching[owner].publicKey : "";
    });
    let at = 0;
    return text
      .replaceAll("    users: [\n", (head) => `${head}      { nkey: "${keys[at++]}" }\n`)
      .replace("accounts: {\n", `accounts: {\n  "$SYS": { users: [{ nkey: "${system.publicKey}" }] }\n`);
  }

  await writeFile(configFile, render(planned), { mode: 0o600 });
  const child = execa(await natsBinary(), ["--config", configFile], { reject: false, stdio: "ignore" });
  const url = `nats://127.0.0.1:${port}`;
  const deadline = Date.now() + 15_000;
  let greeting = await readGreeting(port);
  while (!greeting && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    greeting = await readGreeting(port);
  }
  if (!greeting) throw new Error("The server of the matrix did not start.");
  const core = await connectCore({
    servers: url,
    prefix,
    seed: users.orchestrator.seed,
    log: silentLogger,
    instance: "matrix",
    ackWaitMs: 30_000,
  });
  await core[Symbol.asyncDispose]();

  const witnesses = new Map<Principal, Witness>();
  for (const principal of principals)
    witnesses.set(principal, await connectWitness(url, principal, watching[principal].seed));
  const sys = await connectActor(url, "system", system.seed);
  const serverId = sys.nc.info?.server_id ?? "";
  const witness = (principal: Principal): Witness => {
    const found = witnesses.get(principal);
    if (!found) throw new Error(`No witness in the account of ${principal}`);
    return found;
  };

  return {
    version: greeting.version,
    names: new Map(principals.map((principal) => [principal, accountOf(prefix, principal)])),
    witness,
    actor: (principal) => connectActor(url, principal, users[principal].seed),
    burglar: (principal) => connectActor(url, `burglar-${principal}`, watching[principal].seed),
    arrivals: (token) => [...witnesses.values()].flatMap(({ seen }) => seen.get(token) ?? []),
    async settle() {
      await Promise.all([...witnesses.values()].map((each) => each.settle()));
    },
    async accountInfo(principal) {
      const name = accountOf(prefix, principal);
      const answer = await sys.nc.request(
        `$SYS.REQ.SERVER.${serverId}.ACCOUNTZ`,
        JSON.stringify({ account: name }),
        { timeout: 10_000 },
      );
      return answer.json<{ data: { account_detail: AccountInfo } }>().data.account_detail;
    },
    async api<T>(operation: string, body?: unknown) {
      const text = body === undefined ? "" : JSON.stringify(body);
      const answer = await witness("orchestrator").nc.request(`$JS.API.${operation}`, text, {
        timeout: 10_000,
      });
      return answer.json<T>();
    },
    async reload(accounts) {
      await writeFile(configFile, render(accounts), { mode: 0o600 });
      const answer = await sys.nc.request(`$SYS.REQ.SERVER.${serverId}.RELOAD`, "", { timeout: 20_000 });
      return answer.json<{ error?: { description?: string } }>().error?.description;
    },
    async [Symbol.asyncDispose]() {
      await sys[Symbol.asyncDispose]();
      for (const each of witnesses.values()) await each[Symbol.asyncDispose]();
      child.kill("SIGKILL");
      await child;
      await rm(root, { recursive: true, force: true });
    },
  };
}
