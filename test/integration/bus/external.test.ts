import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { principals } from "../../../bus/messages/principals.ts";
import { connectCore } from "../../../bus/nats/connect.ts";
import { probeServer, renderAccountsConfig, toPublicKeys } from "../../../bus/server/external.ts";
import { ensureKeys, type PrincipalKeys } from "../../../bus/server/keys.ts";
import { freePort, readGreeting } from "../../../bus/server/ready.ts";
import { natsBinary } from "../../bus/nats-fixture.ts";
import { cause, mergeCommand, newFlow, recordOf } from "../../contract/suites/samples.ts";

describe("a server of someone else", { timeout: 30_000 }, () => {
  let dir: string;
  let keys: PrincipalKeys;
  let stop: () => Promise<unknown> = () => Promise.resolve();
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "dockfra-external-"));
    keys = await ensureKeys(join(dir, "creds"));
  });
  afterEach(async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  });

  /** Starts a server with these accounts. */
  async function serve(accounts: string): Promise<string> {
    const port = await freePort();
    const config = join(dir, "server.conf");
    await writeFile(
      config,
      `host: 127.0.0.1\nport: ${port}\njetstream { store_dir: ${JSON.stringify(join(dir, "store"))} }\n${accounts}`,
    );
    const child = execa(await natsBinary(), ["-c", config], { reject: false, stdio: "ignore" });
    stop = () => {
      child.kill();
      return child;
    };
    await expect.poll(() => readGreeting(port), { timeout: 10_000 }).toBeDefined();
    return `nats://127.0.0.1:${port}`;
  }
  const probe = (servers: string) => probeServer({ servers, prefix: "theirs", keys, log: silentLogger });
  const good = (): string => renderAccountsConfig("theirs", toPublicKeys(keys));

  test("passes with the accounts that we print, and carries a bus", async () => {
    const servers = await serve(good());
    await probe(servers);
    await using core = await connectCore({
      servers,
      prefix: "theirs",
      seed: keys.orchestrator.seed,
      instance: "one",
      log: silentLogger,
    });
    expect(await core.serverInfo()).toMatchObject({ sync: "unknown" });
    await probe(servers);
  });

  test("is refused when all principals share one account, and nothing on it is harmed", async () => {
    const users = principals.map((principal) => `{ nkey: ${keys[principal].publicKey} }`);
    const servers = await serve(`accounts { ALL { jetstream: enabled, users: [${users.join(", ")}] } }`);
    await using core = await connectCore({
      servers,
      prefix: "theirs",
      seed: keys.orchestrator.seed,
      instance: "one",
      log: silentLogger,
    });
    await core.flows.append(recordOf(newFlow()), { expectedSeq: 0 });
    await core.dispatch(mergeCommand(), { attempt: 0, causedBy: cause });
    for (const principal of principals) {
      const others = Object.fromEntries(principals.map((name) => [name, keys[principal]])) as typeof keys;
      await expect(
        probeServer({ servers, prefix: "theirs", keys: others, log: silentLogger }),
      ).rejects.toMatchObject({ code: "bus_not_isolated" });
    }
    await expect(probe(servers)).rejects.toMatchObject({ code: "bus_not_isolated", kind: "denied" });
    expect(await core.flows.extent()).toMatchObject({ firstSeq: 1, lastSeq: 1 });
    expect(await core.dead.count()).toBe(0);
  });

  test("is refused when one grant too many is there, and says which", async () => {
    const more = good().replace(
      /\{ # developer[\s\S]*?publish: \{ allow: \[/,
      '$&\n            "theirs.do.developer.ticket-approve"',
    );
    expect(more).not.toBe(good());
    const servers = await serve(more);
    await expect(probe(servers)).rejects.toMatchObject({
      code: "bus_not_isolated",
      params: { principal: "developer", subject: "theirs.do.developer.ticket-approve" },
    });
  });

  test("is refused when a grant is missing, when a key is unknown, and when it has no JetStream", async () => {
    const lacking = good().replace(
      /(\{ # developer[\s\S]*?allow: \[\n) +"theirs\.do\.developer\.[a-z-]+"\n/,
      "$1",
    );
    expect(lacking).not.toBe(good());
    const servers = await serve(lacking);
    await expect(probe(servers)).rejects.toMatchObject({
      code: "bus_grant_missing",
      params: { principal: "developer" },
    });
    await stop();

    const strangers = await ensureKeys(join(dir, "others"));
    const foreign = await serve(renderAccountsConfig("theirs", toPublicKeys(strangers)));
    await expect(probe(foreign)).rejects.toMatchObject({ code: "bus_key_refused" });
    await stop();

    const without = await serve(good().replace("jetstream: enabled", "jetstream: disabled"));
    await expect(probe(without)).rejects.toMatchObject({
      code: "bus_grant_missing",
      params: { principal: "orchestrator" },
    });
  });
});
