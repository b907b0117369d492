import { describe, expect, test } from "vitest";
import { hostKeyOf } from "../../../stacks/suggest/host-key.ts";
import { suggestValues, type SuggestRequest, type SuggestSources } from "../../../stacks/suggest/suggest.ts";

const plain = (name: string, more: Partial<SuggestRequest> = {}): SuggestRequest => ({
  ...{ name, secret: false, siblings: [], examples: [], portsInUse: [] },
  ...more,
});
const silent: SuggestSources = {
  detect: () => Promise.resolve({ options: [] }),
  findFreePort: (from, others) => Promise.resolve(others.includes(from) ? from + 1 : from),
};
const says = (answers: Record<string, { value?: string; label?: string }[]>): SuggestSources => ({
  ...silent,
  detect: (key) => {
    const options = (answers[key] ?? []).map(({ value = "", label = value }) => ({ value, label }));
    return Promise.resolve({ ...(options[0] ? { value: options[0].value } : {}), options });
  },
});
const ask = async (request: SuggestRequest, sources = silent) =>
  (await suggestValues(request, sources)).map(({ value, code }) => [code, value]);

describe("what is suggested for a variable", () => {
  test("a free port, near the one that it has, is none of the others", async () => {
    expect(await ask(plain("WEB_PORT", { default: "3000", portsInUse: [3_000] }))).toEqual([
      ["from_free_port", "3001"],
      ["from_default", "3000"],
    ]);
    expect(await ask(plain("X", { declared: { type: "port", placeholder: "5432" } }))).toEqual([
      ["from_free_port", "5432"],
    ]);
    expect(await ask(plain("WEB_PORT"))).toEqual([["from_free_port", "8080"]]);
    expect(await ask(plain("WEB_PORT", { value: "99999999" }))).toEqual([["from_free_port", "8080"]]);
  });

  test("a secret is made, marked, and never taken from an example that all know", async () => {
    const examples = [{ value: "hunter2hunter2", stack: "web", file: ".env.example" }];
    const siblings = [{ value: "shared-with-api", stack: "api", file: "api/.env" }];
    const found = await suggestValues(plain("DB_PASSWORD", { secret: true, examples, siblings }), silent);
    expect(found.map(({ code, secret }) => [code, secret])).toEqual([
      ["from_random", true],
      ["from_sibling_stack", true],
    ]);
    expect(found.map(({ label }) => label).join()).not.toContain("shared-with-api");
    const [once, again] = await Promise.all(
      [0, 1].map(() => suggestValues(plain("T_TOKEN", { secret: true }), silent)),
    );
    expect(once?.[0]?.value).not.toBe(again?.[0]?.value);
  });

  test("a key of a model comes from where the host has it, and its label does not hold it", async () => {
    const sources = says({
      "llm_key:OPENROUTER_API_KEY": [
        { value: "sk-or-one", label: "environment" },
        { value: "sk-or-two", label: "~/.getv/llm/openrouter.env" },
      ],
    });
    const found = await suggestValues(plain("OPENROUTER_API_KEY", { secret: true }), sources);
    expect(found).toEqual([
      {
        ...{ value: "sk-or-one", label: "environment", code: "from_environment", secret: true },
        params: { key: "OPENROUTER_API_KEY" },
      },
      {
        ...{ value: "sk-or-two", label: "~/.getv/llm/openrouter.env", code: "from_file", secret: true },
        params: { key: "OPENROUTER_API_KEY", file: "~/.getv/llm/openrouter.env" },
      },
    ]);
  });

  test("each value once, the machine's before the project's", async () => {
    const sources = says({ timezone: [{ value: "Europe/Vienna" }] });
    const siblings = [
      { value: "Europe/Vienna", stack: "a", file: "a/.env" },
      { value: "UTC", stack: "b", file: "b/.env" },
    ];
    expect(await ask(plain("TZ", { siblings, default: "UTC" }), sources)).toEqual([
      ["from_host_timezone", "Europe/Vienna"],
      ["from_sibling_stack", "UTC"],
    ]);
  });

  test("dockfra.yaml names another source, or forbids all", async () => {
    const sources = says({
      GIT_BRANCH: [{ value: "main" }, { value: "next" }],
      host_name: [{ value: "box" }],
    });
    expect(await ask(plain("REF", { declared: { autodetect: "GIT_BRANCH" } }), sources)).toEqual([
      ["from_git_branch", "main"],
      ["from_git_branch", "next"],
    ]);
    expect(await ask(plain("X", { declared: { autodetect: "host_name" } }), sources)).toEqual([
      ["from_host", "box"],
    ]);
    expect(await ask(plain("HOSTNAME", { declared: { autodetect: false } }), sources)).toEqual([]);
  });

  test("choices, and examples that are more than a placeholder", async () => {
    const examples = [
      { value: "changeme", stack: "a", file: ".env.example" },
      { value: "shop", stack: "a", file: "a/.env.example" },
    ];
    const declared = { options: ["small", "large"] };
    expect(await ask(plain("SIZE", { examples, declared, default: "${OTHER}" }))).toEqual([
      ["from_example_file", "shop"],
      ["from_options", "small"],
      ["from_options", "large"],
    ]);
  });
});

test.each([
  ["GIT_REPO_URL", "GIT_REPO_URL"],
  ["REPO_URL", "GIT_REPO_URL"],
  ["DEPLOY_BRANCH", "GIT_BRANCH"],
  ["GIT_AUTHOR_NAME", "GIT_NAME"],
  ["ACME_EMAIL", "GIT_EMAIL"],
  ["IMAGE_TAG", "git_tag"],
  ["SSH_PRIVATE_KEY_PATH", "GITHUB_SSH_KEY"],
  ["TZ", "timezone"],
  ["PUID", "uid"],
  ["PGID", "gid"],
  ["HOSTNAME", "host_name"],
  ["DOMAIN", "domain"],
  ["RPI3_HOST", "device_ip"],
  ["DEVICE_IP", "device_ip"],
  ["DB_HOST", undefined],
  ["HOSTAGE", undefined],
  ["__proto__", undefined],
  ["toString", undefined],
])("%s asks the host for %s", (name, key) => {
  expect(hostKeyOf(name)?.key).toBe(key);
});
