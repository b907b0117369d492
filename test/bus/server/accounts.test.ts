import { describe, expect, test } from "vitest";
import { capabilities } from "../../../bus/capabilities.ts";
import { principals, workers } from "../../../bus/messages/principals.ts";
import { accountOf, planAccounts, type Account } from "../../../bus/server/accounts.ts";
import { renderAccounts, renderServerConfig } from "../../../bus/server/config.ts";

const publicKeys = Object.fromEntries(
  principals.map((principal) => [principal, `U${principal.toUpperCase()}`]),
) as Record<(typeof principals)[number], string>;
const accounts = planAccounts("shop");
const named = (name: string): Account => {
  const found = accounts.find((account) => account.name === name);
  if (!found) throw new Error(`No account ${name}`);
  return found;
};
const subjectsOf = (account: Account): string[] => [
  ...account.users.flatMap(({ publish, subscribe }) => [...publish, ...subscribe]),
  ...[...account.exports, ...account.imports].map(({ subject }) => subject),
];

describe("the accounts of one installation", () => {
  test("are CORE and one for each principal outside it, each principal a user once", () => {
    expect(accounts.map(({ name }) => name).toSorted()).toEqual(
      [...new Set(principals.map((principal) => accountOf("shop", principal)))].toSorted(),
    );
    expect(accounts.flatMap(({ users }) => users.map(({ principal }) => principal)).toSorted()).toEqual(
      principals.toSorted(),
    );
  });

  test("give JetStream to CORE alone", () => {
    expect(accounts.filter(({ jetstream }) => jetstream).map(({ name }) => name)).toEqual(["shop-CORE"]);
  });

  test("know no subject that opens everything", () => {
    const open = /^(?:>|\*|\$JS\.>|\$JS\.API\.>|\$SYS|_INBOX\.|shop\.>|shop\.\*)/;
    expect(accounts.flatMap(subjectsOf).filter((subject) => open.test(subject))).toEqual([]);
  });

  test("match each import with an export to that account, and each export with an import", () => {
    for (const account of accounts) {
      for (const { kind, account: from, subject } of account.imports) {
        const exported = named(from).exports.find(
          (candidate) => candidate.kind === kind && candidate.subject === subject,
        );
        expect(exported?.accounts, `${account.name} imports ${subject}`).toContain(account.name);
      }
      for (const { kind, subject, accounts: to } of account.exports) {
        for (const name of to) {
          const imported = named(name).imports.some(
            (candidate) => candidate.kind === kind && candidate.subject === subject,
          );
          expect(imported, `${name} imports ${subject}`).toBe(true);
        }
      }
    }
  });

  test("let a role import intents of its own only", () => {
    for (const worker of workers) {
      const intents = named(`shop-${worker}`).imports.filter(({ subject }) => subject.startsWith("shop.do."));
      expect(intents).toHaveLength(capabilities[worker].intents.length);
      for (const { subject } of intents)
        expect(subject).toMatch(new RegExp(`^shop\\.do\\.${worker}\\.[a-z-]+$`));
    }
  });

  test("let a role pull its own commands and look at its own consumer, no more of JetStream", () => {
    for (const worker of workers) {
      const api = named(`shop-${worker}`).imports.filter(({ subject }) => subject.startsWith("$JS"));
      expect(api.map(({ subject, to }) => [subject, to])).toEqual([
        [
          `$JS.API.CONSUMER.MSG.NEXT.shop-COMMANDS.${worker}`,
          `JSC.API.CONSUMER.MSG.NEXT.shop-COMMANDS.${worker}`,
        ],
        [`$JS.API.CONSUMER.INFO.shop-COMMANDS.${worker}`, `JSC.API.CONSUMER.INFO.shop-COMMANDS.${worker}`],
        [`$JS.ACK.shop-COMMANDS.${worker}.>`, undefined],
      ]);
    }
    expect(named("shop-operator").imports.filter(({ subject }) => subject.startsWith("$JS"))).toEqual([]);
  });

  test("let a person's client neither write to the feed nor answer questions", () => {
    const operator = named("shop-operator");
    expect(operator.exports).toEqual([]);
    expect(
      operator.users[0]?.publish.filter((subject) => /\.(?:feed|beat|done|dead|watch)\./.test(subject)),
    ).toEqual([]);
    expect(operator.users[0]?.answers).toBe(false);
  });

  test("never let the log of flows be purged or deleted, nor one of its messages", () => {
    const core = named("shop-CORE").users.flatMap(({ publish }) => publish);
    expect(core.filter((subject) => /STREAM\.(?:DELETE|PURGE|MSG\.DELETE)\..*FLOWS/.test(subject))).toEqual(
      [],
    );
    expect(core.filter((subject) => subject.startsWith("$JS.API.STREAM.DELETE"))).toEqual([]);
  });
});

describe("the server's configuration", () => {
  const config = renderServerConfig({
    prefix: "shop",
    publicKeys,
    serverName: "shop-embedded",
    port: 4222,
    storeDir: '/srv/a "b"/store',
    logFile: "/srv/log",
    pidFile: "/srv/pid",
  });

  test("stays as it is until the capability table changes", async () => {
    await expect(config).toMatchFileSnapshot("nats-server.conf");
  });

  test("syncs every write, listens on loopback, and opens neither monitoring nor a door without a key", () => {
    expect(config).toContain("sync_interval: always");
    expect(config).toContain('host: "127.0.0.1"');
    expect(config).toContain("max_payload: 1048576");
    expect(config).not.toMatch(/http|no_auth_user|password|token|leafnodes|websocket|system_account/);
  });

  test("quotes paths, and writes the accounts as an external server gets them", () => {
    expect(config).toContain('store_dir: "/srv/a \\"b\\"/store"');
    expect(config).toContain(renderAccounts("shop", publicKeys));
  });
});
