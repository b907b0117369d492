import { expect, test } from "vitest";
import { addAnalysis } from "../../../../agents/monitor/diagnose/analysis.ts";
import { createRedactor } from "../../../../agents/llm/redaction.ts";
import { createLogger } from "../../../../bus/kernel/log.ts";
import type { Diagnosis } from "../../../../bus/messages/diagnosis.ts";
import type { Facts } from "../../../../stacks/diagnose/facts.ts";
import { startFakeLlm } from "../../../support/fake-llm/server.ts";
import { fakeRoleLlm } from "../../../support/fake-llm/told.ts";
import { call, say } from "../../../support/fake-llm/turn.ts";
import { makeScratch } from "../../../support/scratch.ts";

const secret = "hunter2-hunter2";
const { redact } = createRedactor([secret]);

const diagnosis: Diagnosis = {
  ...{ id: "dia-1", code: "cause_ended", params: { service: "web", exitCode: 1 }, severity: "error" },
  ...{ stack: "shop", service: "web", fixes: [] },
  evidence: [{ source: "log of shop-web-1", text: "TypeError: x is undefined" }],
};
const facts = {
  containers: [
    { service: "web", name: "shop-web-1", log: ["starting", `token ${secret}`, "TypeError: x is undefined"] },
  ],
} as unknown as Facts;

function options(llm: ReturnType<typeof fakeRoleLlm>) {
  const signal = new AbortController().signal;
  return { llm, budgets: {}, redact, log: createLogger("test", "silent"), signal };
}

test("a model is given lines as data, without secrets, tools or orders, and the answer shows which", async () => {
  await using scratch = await makeScratch();
  await using llm = await startFakeLlm(say(`The code reads x too early. \u001B[31m${secret}`));
  const [first] = await addAnalysis([diagnosis], facts, options(fakeRoleLlm(llm, scratch.dir)));
  expect(first?.analysis?.text).toBe("The code reads x too early. [secret removed]");
  expect(first?.analysis?.lines).toEqual([
    { source: "log of shop-web-1", text: "TypeError: x is undefined" },
    { source: "log of shop-web-1", text: "starting" },
    { source: "log of shop-web-1", text: "token [secret removed]" },
  ]);
  const [request] = llm.requests;
  expect(request?.raw).not.toContain(secret);
  expect(request?.body.tools ?? []).toEqual([]);
  expect(request?.raw).toMatch(/<data-[0-9a-f]{12} kind/);
});

test("what it wants to do is not done, and a failure leaves the rules alone", async () => {
  await using scratch = await makeScratch();
  await using llm = await startFakeLlm(call("run", { command: "docker rm -f shop-web-1" }));
  const found = await addAnalysis([diagnosis], facts, options(fakeRoleLlm(llm, scratch.dir)));
  expect(found.map(({ code, fixes }) => [code, fixes])).toEqual([["cause_ended", []]]);
  await using broken = await startFakeLlm({ kind: "status", status: 401, headers: {}, body: "{}" });
  expect(await addAnalysis([diagnosis], facts, options(fakeRoleLlm(broken, scratch.dir)))).toEqual([
    diagnosis,
  ]);
});

test("nobody is asked where nothing is wrong", async () => {
  await using scratch = await makeScratch();
  await using llm = await startFakeLlm(say("never"));
  const role = fakeRoleLlm(llm, scratch.dir);
  expect(await addAnalysis([], facts, options(role))).toEqual([]);
  const mild: Diagnosis = { ...diagnosis, severity: "info" };
  expect(await addAnalysis([mild], facts, options(role))).toEqual([mild]);
  expect(llm.requests).toHaveLength(0);
});
