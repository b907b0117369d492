import { expect, test } from "vitest";
import { logs } from "../../../cli/containers/logs.ts";
import { makeScratch } from "../../support/scratch.ts";
import { captureScreen } from "../terminal/capture.ts";

test("where nothing ever ran that is said, and parts that wrote are read after their end too", async () => {
  await using scratch = await makeScratch();
  const { screen, out } = captureScreen();
  const options = { root: scratch.dir, prefix: `t${process.pid}logs`, limit: 5 };
  const read = () => logs({ options, screen, signal: new AbortController().signal });
  await expect(read()).rejects.toMatchObject({ code: "not_running" });
  await scratch.write("dockfra/logs/gateway.log", "one\ntwo\n");
  await read();
  expect(out()).toBe("one\ntwo\n");
});
