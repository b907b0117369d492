import { expect, test } from "vitest";
import type { LogLine } from "../../../bus/messages/stack-watch.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { watchStack, type WatchedStack } from "./watched-stack.ts";

const quick = "stop_grace_period: 0s";
const read = (stack: WatchedStack, more: object) =>
  stack.operator.question("monitor.log-read", { stack: stack.name, lines: 1_000, ...more });
const textsOf = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

describeWithEngine("logs of a stack", () => {
  test(
    "last lines of all services in one order, then what comes, by a cursor",
    { timeout: 60_000 },
    async () => {
      await using stack = await watchStack({
        services: [
          `  a: { image: busybox, command: [sh, -c, "echo a1; sleep 0.3; echo a2 >&2; sleep 0.3; echo a3; sleep 3; echo a4; sleep 600"], ${quick} }`,
          `  b: { image: busybox, command: [sh, -c, "sleep 0.15; echo b1; sleep 600"], ${quick} }`,
          "",
        ].join("\n"),
      });
      await stack.compose("up", "-d");
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      const first = await read(stack, {});
      expect(textsOf(first.lines).toSorted()).toEqual(["a1", "a2", "a3", "b1"]);
      expect(first.lines.map(({ atMs }) => atMs)).toEqual(
        first.lines.map(({ atMs }) => atMs).toSorted((x, y) => x - y),
      );
      expect(textsOf((await read(stack, { lines: 1 })).lines)).toHaveLength(1);
      const next = await read(stack, { cursor: first.cursor, waitMs: 8_000 });
      expect(next.lines).toMatchObject([{ service: "a", text: "a4", level: "info" }]);
      expect((await read(stack, { cursor: next.cursor })).lines).toEqual([]);
      expect(textsOf((await read(stack, { services: ["b"] })).lines)).toEqual(["b1"]);
      // a cursor of a follow that is closed goes on by time
      const foreign = `00000000${first.cursor.slice(8)}`;
      expect(textsOf((await read(stack, { cursor: foreign })).lines)).toEqual(["a4"]);
      // what follows a container that is made anew
      await stack.compose("up", "-d", "--force-recreate", "b");
      const again = await read(stack, { cursor: next.cursor, waitMs: 8_000 });
      expect(again.lines).toMatchObject([{ service: "b", text: "b1" }]);
    },
  );

  test("search, levels, since, colours, secrets and long lines", { timeout: 60_000 }, async () => {
    const secret = "Tr0ub4dor-and-3";
    await using stack = await watchStack({
      services: [
        "  app:",
        "    image: busybox",
        `    ${quick}`,
        "    environment: { DB_PASSWORD: '${DB_PASSWORD}' }",
        "    command:",
        "      - sh",
        "      - -c",
        "      - |",
        '        printf "\\033[31mERROR\\033[0m it broke\\033[2J\\n"',
        '        echo "level=warn msg=slow"',
        '        echo "password is $$DB_PASSWORD"',
        "        printf 'Tr0ub4\\033[1mdor-and-3\\033[0m\\n'",
        "        head -c 40000 /dev/zero | tr '\\0' x; echo",
        "        printf '\\n'; echo Needle",
        "        sleep 600",
        "",
      ].join("\n"),
      env: `DB_PASSWORD=${secret}\n`,
    });
    process.env["DB_PASSWORD"] = secret;
    await stack.compose("up", "-d").finally(() => delete process.env["DB_PASSWORD"]);
    await expect
      .poll(async () => textsOf((await read(stack, {})).lines).at(-1), { timeout: 10_000 })
      .toBe("Needle");
    const { lines } = await read(stack, {});
    expect(lines[0]).toMatchObject({ text: "\u001b[31mERROR\u001b[0m it broke", level: "error" });
    expect(lines[1]).toMatchObject({ level: "warning" });
    expect(lines[2]?.text).toBe("password is [secret removed]");
    expect(JSON.stringify(lines)).not.toContain("dor-and-3");
    expect(lines[4]?.text).toHaveLength(16_384);
    expect(lines[5]?.text).toBe("");
    expect(textsOf((await read(stack, { search: "nEEdle" })).lines)).toEqual(["Needle"]);
    expect((await read(stack, { search: secret })).lines).toEqual([]);
    expect((await read(stack, { minLevel: "warning" })).lines.map(({ level }) => level)).toEqual([
      "error",
      "warning",
    ]);
    const all = await read(stack, { sinceMs: 0 });
    expect(textsOf(all.lines)).toEqual(textsOf(lines));
    expect((await read(stack, { sinceMs: Date.now() })).lines).toEqual([]);
  });

  test(
    "a whole log of many lines is read without loss, in order, and with it what one wrote that ends meanwhile",
    { timeout: 120_000 },
    async () => {
      await using stack = await watchStack({
        services: [
          `  many: { image: busybox, command: [seq, "1", "120000"], ${quick} }`,
          `  late: { image: busybox, command: [sh, -c, "until [ -f /go ]; do sleep 0.1; done; seq 1 500"], ${quick} }`,
          "",
        ].join("\n"),
      });
      await stack.compose("up", "-d");
      await stack.docker("wait", `${stack.name}-many-1`);
      const expected = { many: 1, late: 1 };
      for (let at: { cursor: string } | { sinceMs: number } = { sinceMs: 0 }; ;) {
        const answer = await read(stack, { ...at, lines: 5_000, waitMs: 5_000 });
        if (answer.lines.length === 0) break;
        // the follow has begun, and waits for its reader
        if (expected.many === 1) {
          await stack.docker("exec", `${stack.name}-late-1`, "touch", "/go");
          await stack.docker("wait", `${stack.name}-late-1`);
        }
        for (const { service, text, gap } of answer.lines) {
          const name = service === "late" ? "late" : "many";
          expect(gap).toBeUndefined();
          if (Number(text) !== expected[name]++) throw new Error(`${name}: ${text} is not the next line`);
        }
        at = { cursor: answer.cursor };
      }
      expect(expected).toEqual({ many: 120_001, late: 501 });
    },
  );

  test("a slow reader beside a quick one is told what it lost", { timeout: 120_000 }, async () => {
    await using stack = await watchStack({
      services: `  many: { image: busybox, command: [sh, -c, "echo begin; sleep 2; seq 1 150000; sleep 600"], ${quick} }\n`,
    });
    await stack.compose("up", "-d");
    await expect.poll(async () => textsOf((await read(stack, {})).lines)).toEqual(["begin"]);
    const slow = await read(stack, {});
    let quickAt = slow.cursor;
    let last = "";
    while (last !== "150000") {
      const answer = await read(stack, { cursor: quickAt, lines: 5_000, waitMs: 5_000 });
      last = answer.lines.at(-1)?.text ?? last;
      quickAt = answer.cursor;
    }
    const [line] = (await read(stack, { cursor: slow.cursor, lines: 10 })).lines;
    expect(line?.gap).toBeGreaterThan(10_000);
    // what is marked and what is read is everything
    expect(Number(line?.text)).toBe((line?.gap ?? 0) + 1);
  });

  test(
    "a terminal's log is read too; an unknown stack is refused by its name",
    { timeout: 60_000 },
    async () => {
      await using stack = await watchStack({
        services: `  tty: { image: busybox, tty: true, command: [sh, -c, "echo one; echo two; sleep 600"], ${quick} }\n`,
      });
      expect((await read(stack, {})).lines).toEqual([]);
      await stack.compose("up", "-d");
      await expect
        .poll(async () => textsOf((await read(stack, {})).lines), { timeout: 10_000 })
        .toEqual(["one", "two"]);
      await expect(
        stack.operator.question("monitor.log-read", { stack: "nope-nope", lines: 1 }),
      ).rejects.toMatchObject({ code: "stack_log_unknown" });
    },
  );
});
