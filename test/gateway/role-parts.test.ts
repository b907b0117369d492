import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roles } from "../../bus/messages/principals.ts";
import { abilities, abilitiesOf } from "../../gateway/roles/abilities.ts";
import { splitArguments } from "../../gateway/roles/argv.ts";
import { withoutTerminal, parseUsage, toRoleCommand } from "../../gateway/roles/commands.ts";
import type { RoleRun } from "../../gateway/roles/runner.ts";
import { createPending } from "../../gateway/wizard/pending.ts";
import { sshDoorOf } from "../../gateway/roles/ssh-line.ts";
import { createKnownSecrets } from "../../gateway/text/known-secrets.ts";

describe("a typed line", () => {
  test.each([
    ["", []],
    ["   ", []],
    ["T-0001", ["T-0001"]],
    ["  a   b\tc\n", ["a", "b", "c"]],
    ['--message "two words" x', ["--message", "two words", "x"]],
    ["'a \"b\" c'", ['a "b" c']],
    [String.raw`"say \"hi\" \n"`, [String.raw`say "hi" \n`]],
    [String.raw`a\ b`, ["a b"]],
    ['a"b"c', ["abc"]],
    ['""', [""]],
    ["$(rm -rf /) ; `x` | y > z", ["$(rm", "-rf", "/)", ";", "`x`", "|", "y", ">", "z"]],
  ])("%j is %j", (line, args) => {
    expect(splitArguments(line)).toEqual(args);
  });

  test.each([['"open'], ["'open"], ["tail \\"], ["a\0b"], ["x".repeat(8_193)], ["a ".repeat(51)]])(
    "%j is refused",
    (line) => {
      expect(() => splitArguments(line)).toThrow(expect.objectContaining({ code: "arguments_invalid" }));
    },
  );

  test("quoted arguments come back as they were", () => {
    const quoted = (arg: string): string => `"${arg.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
    fc.assert(
      fc.property(
        fc.array(
          fc.string().filter((arg) => !arg.includes("\0")),
          { maxLength: 20 },
        ),
        (args) => {
          expect(splitArguments(args.map(quoted).join(" "))).toEqual(args);
        },
      ),
    );
  });
});

describe("a command", () => {
  test("that needs a terminal is not for a page, unless the project brought it", () => {
    const view = (name: string, source: "built_in" | "project") => ({ name, source, summary: "", usage: "" });
    const all = [view("ssh-to", "built_in"), view("aider-start", "built_in"), view("status", "built_in")];
    expect(withoutTerminal([...all, view("ssh-to", "project")])).toMatchObject([
      { name: "status" },
      { name: "ssh-to", source: "project" },
    ]);
  });

  test("says what a form for it needs", () => {
    expect(parseUsage("<ticket> [release] [--message <text>] [--json]")).toEqual([
      { name: "ticket", kind: "ticket", required: true, several: false },
      { name: "release", kind: "text", required: false, several: false },
    ]);
    expect(parseUsage("[args...]")).toMatchObject([{ name: "args", several: true }]);
    expect(parseUsage("<question...> [--json]")).toMatchObject([
      { name: "question", kind: "text", required: true },
    ]);
    expect(parseUsage("[--json]")).toEqual([]);
  });

  test("asks once more before it changes something, and where nobody knows what it does", () => {
    const of = (role: (typeof roles)[number], name: string, source: "built_in" | "project" = "built_in") =>
      toRoleCommand(role, { name, summary: "", usage: "", source }).confirm;
    expect([of("monitor", "deploy"), of("monitor", "rollback"), of("developer", "seed", "project")]).toEqual([
      true,
      true,
      true,
    ]);
    expect([of("monitor", "service-status"), of("manager", "ticket-list")]).toEqual([false, false]);
  });
});

test("every ability belongs to somebody, and each role lacks some", () => {
  for (const ability of abilities)
    expect(roles.filter((role) => abilitiesOf(role).may.includes(ability)).length).toBeGreaterThan(0);
  expect(abilitiesOf("developer").mayNot).toEqual(
    expect.arrayContaining(["manage_tickets", "deploy", "docker_engine", "ssh_to_roles"]),
  );
  expect(abilitiesOf("monitor").may).toEqual(["deploy", "verify", "docker_engine"]);
  expect(abilitiesOf("manager").may).toEqual([
    "manage_tickets",
    "configure_models",
    "ssh_to_roles",
    "review",
  ]);
});

test("a role has a door only where it has a container, and its line can be copied", () => {
  const facts = { root: "/my shop", sshPorts: { developer: 2_210 } } as const;
  expect(sshDoorOf("developer", { ...facts, runtime: "process" })).toBeUndefined();
  expect(sshDoorOf("monitor", { ...facts, runtime: "docker" })).toBeUndefined();
  expect(sshDoorOf("developer", { ...facts, runtime: "docker" })).toEqual({
    port: 2_210,
    short: "dockfra ssh --root '/my shop' developer",
    plain:
      "ssh -p 2210 -i '/my shop/dockfra/ssh/operator-to-developer' -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o 'UserKnownHostsFile=\"/my shop/dockfra/ssh/known_hosts\"' developer@127.0.0.1",
  });
});

test("a run that waits is for one person, once, and for ten minutes", () => {
  let nowMs = 0;
  const pending = createPending<RoleRun>({ nowMs: () => nowMs });
  const run = { role: "monitor", command: "deploy", args: ["web"] } as const;
  const actor = { kind: "human", id: "ada", trusted: true } as const;
  const id = pending.keep({ ...run, actor });
  expect(pending.take(id, "eve")).toBeUndefined();
  expect(pending.take(id, "ada")).toMatchObject(run);
  expect(pending.take(id, "ada")).toBeUndefined();
  const late = pending.keep({ ...run, actor });
  nowMs = 600_001;
  expect(pending.take(late, "ada")).toBeUndefined();
});

test("known secrets and what looks like a key are taken out, in every form", () => {
  const secrets = createKnownSecrets();
  const value = "pa55 word/with+signs";
  secrets.remember(value);
  secrets.remember("short");
  const forms = [
    value,
    encodeURIComponent(value),
    Buffer.from(value).toString("hex").toUpperCase(),
    Buffer.from(`x${value}`).toString("base64"),
    `ghp_${"a".repeat(36)}`,
    `sk-or-v1-${"0".repeat(40)}`,
    `SU${"A".repeat(56)}`,
    "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
  ];
  for (const form of forms) {
    const shown = secrets.redact(`before ${form} after`);
    expect(shown).toContain("[secret removed]");
    expect(shown).toMatch(/^before .* after$/);
    expect(shown).not.toContain(form);
  }
  expect(secrets.redact("short words stay")).toBe("short words stay");
});
