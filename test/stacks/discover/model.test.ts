import { describe, expect, test } from "vitest";
import { createComposeTree } from "./compose-tree.ts";

async function variablesOf(files: Readonly<Record<string, string>>, dir = ""): Promise<readonly string[]> {
  await using tree = await createComposeTree(files);
  const { stacks, problems } = await tree.discover();
  expect(problems).toEqual([]);
  const stack = stacks.find((one) => one.dir === dir);
  return (stack?.variables ?? []).map(
    ({ name, default: fallback, required }) =>
      `${name}${fallback === undefined ? "" : `=${fallback}`}${required ? "!" : ""}`,
  );
}

const web = "services:\n  web:\n    image: i\n";

describe("overrides", () => {
  test("a later text replaces, lists join, pairs join by key", async () => {
    const base = `services:
  web:
    image: $OLD_IMAGE
    command: [$OLD_COMMAND]
    environment: {A: $OLD_A, B: $KEPT_B}
    cap_add: [$KEPT_CAP]
    ports: ["$KEPT_PORT:80"]
    volumes: ["$OLD_DATA:/data", "$KEPT_LOG:/log"]
    logging: {driver: x, options: {a: $OLD_LOG}}
`;
    const over = `services:
  web:
    image: $NEW_IMAGE
    command: [$NEW_COMMAND]
    environment: ["A=$NEW_A"]
    cap_add: [$NEW_CAP]
    ports: ["$NEW_PORT:81"]
    volumes: ["$NEW_DATA:/data/"]
    logging: {driver: y, options: {b: $NEW_LOG}}
`;
    const names = await variablesOf({ "compose.yaml": base, "compose.override.yaml": over });
    expect(names.filter((name) => name.startsWith("OLD"))).toEqual([]);
    expect(names).toEqual([
      "KEPT_B",
      "KEPT_CAP",
      "KEPT_LOG",
      "KEPT_PORT",
      "NEW_A",
      "NEW_CAP",
      "NEW_COMMAND",
      "NEW_DATA",
      "NEW_IMAGE",
      "NEW_LOG",
      "NEW_PORT",
    ]);
  });

  test("!reset removes and !override replaces", async () => {
    const base =
      "services:\n  web:\n    image: i\n    ports: [$A]\n    environment: {X: $B}\n    labels: {l: $C}\n";
    const over =
      "services:\n  web:\n    ports: !reset []\n    environment: !override {Y: $D}\n    labels: {l: !reset null}\n";
    expect(await variablesOf({ "compose.yaml": base, "compose.override.yaml": over })).toEqual(["D"]);
  });

  test("Compose's own choice of files: the first main name with the first override, the others alone", async () => {
    await using tree = await createComposeTree({
      "docker-compose.yml": web.replace("i\n", "$FOUR\n"),
      "compose.yml": web.replace("i\n", "$TWO\n"),
      "docker-compose.override.yaml": web.replace("i\n", "$OVER\n"),
      "compose.prod.yml": web,
    });
    const { stacks } = await tree.discover();
    expect(stacks.map(({ files, variables }) => [files, variables.map((one) => one.name)])).toEqual([
      [["compose.yml", "docker-compose.override.yaml"], ["OVER"]],
      [["docker-compose.yml"], ["FOUR"]],
    ]);
  });
});

describe("extends and include", () => {
  test("a service brings what it extends, from this file, another, and on from there", async () => {
    const names = await variablesOf({
      "compose.yaml": `services:
  web: {extends: {service: base, file: common/base.yaml}, environment: {A: $MINE}}
  job: {extends: web, command: $JOB}
`,
      "common/base.yaml": `services:
  base: {extends: {service: root, file: ../root.yaml}, image: $IMAGE, environment: {A: $LOST, B: $BASE}}
  unused: {image: $UNUSED}
`,
      "root.yaml": "services: {root: {image: $LOST_TOO, user: $ROOT}}\n",
    });
    expect(names).toEqual(["BASE", "IMAGE", "JOB", "MINE", "ROOT"]);
  });

  test("an include brings its resources, and its includes from where they stand", async () => {
    const names = await variablesOf({
      "compose.yaml": `include: [infra/all.yaml, {path: [tools/a.yaml, tools/b.yaml]}]\n${web}`,
      "infra/all.yaml": "include: [db/db.yaml]\nvolumes: {v: {name: $VOLUME}}\nx-note: $GONE\n",
      "infra/db/db.yaml": "services: {db: {image: 'p:${PG:-16}'}}\n",
      "tools/a.yaml": "services: {tool: {image: $FIRST}}\n",
      "tools/b.yaml": "services: {tool: {image: $SECOND}}\n",
    });
    expect(names).toEqual(["PG=16", "SECOND", "VOLUME"]);
  });

  test.each<[string, Record<string, string>, string, RegExp]>([
    [
      "a base that is not there",
      { "compose.yaml": "services: {a: {extends: b}}\n" },
      "extends_invalid",
      /service "b" not found/,
    ],
    [
      "a circle of bases",
      { "compose.yaml": "services: {a: {extends: b}, b: {extends: a}}\n" },
      "cycle",
      /a -> b -> a/,
    ],
    [
      "a circle of includes",
      { "compose.yaml": `include: [x.yml]\n${web}`, "x.yml": "include: [compose.yaml]\n" },
      "cycle",
      /Include cycle/,
    ],
    [
      "two meanings of one service",
      { "compose.yaml": `include: [x.yml]\n${web}`, "x.yml": web.replace("i\n", "j\n") },
      "include_invalid",
      /services.web conflicts/,
    ],
    [
      "an include that is not there",
      { "compose.yaml": `include: [x.yml]\n${web}` },
      "unreadable",
      /does not exist/,
    ],
    [
      "an include of the network",
      { "compose.yaml": `include: ["https://h/x.yml"]\n${web}` },
      "remote_not_followed",
      /on the network/,
    ],
    [
      "an include of a repository",
      { "compose.yaml": `include: ["git@h:x.git"]\n${web}` },
      "remote_not_followed",
      /on the network/,
    ],
    [
      "an include outside",
      { "compose.yaml": `include: [../../../../../../etc/passwd]\n${web}` },
      "path_outside_root",
      /outside of the root/,
    ],
    [
      "a base outside",
      { "compose.yaml": "services: {a: {extends: {service: b, file: /etc/passwd}}}\n" },
      "path_outside_root",
      /outside/,
    ],
    [
      "a directory as include",
      { "compose.yaml": `include: [d]\n${web}`, "d/x": "" },
      "unreadable",
      /not a file/,
    ],
  ])("%s is refused", async (_name, files, code, message) => {
    await using tree = await createComposeTree(files);
    const { stacks, problems } = await tree.discover();
    expect(stacks).toEqual([]);
    expect(problems).toEqual([expect.objectContaining({ code, message: expect.stringMatching(message) })]);
  });
});

describe("variables", () => {
  test("stand with the place of each use, however they were written", async () => {
    await using tree = await createComposeTree({
      "compose.yaml": `x-env: &env
  A: \${A:?set it}
services:
  web:
    image: "i:\${TAG:-1.0}"
    environment: *env
    command: |
      echo $A
      run \${TAG}
  job:
    image: 'j'
    environment:
      <<: *env
    labels: ["\\x24A"]
`,
    });
    const [stack] = (await tree.discover()).stacks;
    const file = "compose.yaml";
    expect(stack?.variables).toEqual([
      {
        name: "A",
        required: true,
        message: "set it",
        secret: false,
        uses: [
          { file, line: 2, column: 6 },
          { file, line: 8, column: 12 },
          { file, line: 14, column: 14 },
        ],
      },
      {
        name: "TAG",
        default: "1.0",
        required: false,
        secret: false,
        uses: [
          { file, line: 5, column: 15 },
          { file, line: 9, column: 11 },
        ],
      },
    ]);
  });

  test("of keys, comments and the project's name are none; of profiles, args, configs and secrets are", async () => {
    const names = await variablesOf({
      "compose.yaml": `name: \${NAME:-x}
services:
  web:
    build: {context: ., args: {V: $ARG}}
    profiles: [p]
    env_file: ["./\${ENV_FILE:-a}.env"]
    configs: [c]
    labels: {"$KEY": v} # $COMMENT
configs: {c: {content: "x $CONFIG $$NOT"}}
secrets: {s: {environment: $SECRET}}
`,
    });
    expect(names).toEqual(["ARG", "CONFIG", "ENV_FILE=a", "SECRET"]);
  });
});

describe("quoted texts", () => {
  test.each([
    `    command: "foo\n  bar\n\n      baz $X"\n`,
    `    command: 'it''s\nbar $X'\n    user: "a\nb $Y" # note\n`,
    `    command: ["a\nb $X", 'c\nd']\n`,
  ])("go on at any indentation, as in Compose: %j", async (lines) => {
    const names = await variablesOf({ "compose.yaml": `services:\n  a:\n    image: i\n${lines}` });
    expect(names[0]).toBe("X");
  });

  test("that never end are refused", async () => {
    await using tree = await createComposeTree({
      "compose.yaml": 'services:\n  a:\n    image: "i\n    user: u\n',
    });
    expect((await tree.discover()).problems).toMatchObject([{ code: "yaml_invalid" }]);
  });
});

describe("names and services", () => {
  test("come from COMPOSE_PROJECT_NAME, the file, the directory", async () => {
    await using tree = await createComposeTree({
      "My.App/compose.yaml": web,
      "named/compose.yaml": `name: \${SUB:-Some Name}\n${web}`,
      "env/compose.yaml": `name: lost\n${web}`,
      "env/.env": "COMPOSE_PROJECT_NAME=from-env\n",
      "bad/compose.yaml": web,
      "bad/.env": "COMPOSE_PROJECT_NAME=Not Good\n",
    });
    const { stacks, problems } = await tree.discover();
    expect(stacks.map((stack) => [stack.dir, stack.name])).toEqual([
      ["My.App", "myapp"],
      ["env", "from-env"],
      ["named", "somename"],
    ]);
    expect(problems.map((problem) => problem.code)).toEqual(["project_name_invalid"]);
    expect(
      (await tree.discover({ COMPOSE_PROJECT_NAME: "all" })).stacks.every((stack) => stack.name === "all"),
    ).toBe(true);
  });

  test("a service says image, build, ports, profiles and what it needs", async () => {
    await using tree = await createComposeTree({
      "compose.yaml": `services:
  web:
    build: {context: web, dockerfile: D}
    ports: ["\${P:-80}:80", 81, {target: 82, published: "83", protocol: udp, host_ip: 127.0.0.1}]
    profiles: [x]
    depends_on: {db: {condition: service_healthy}}
  db: {image: pg, build: .}
`,
    });
    const [stack] = (await tree.discover()).stacks;
    expect(stack?.services).toEqual([
      {
        name: "web",
        build: { context: "web", dockerfile: "D" },
        ports: ["${P:-80}:80", "81", "127.0.0.1:83:82/udp"],
        profiles: ["x"],
        dependsOn: ["db"],
      },
      { name: "db", image: "pg", build: { context: "." } },
    ]);
  });
});
