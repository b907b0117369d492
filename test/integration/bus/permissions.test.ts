import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { silentLogger } from "../../../bus/kernel/log.ts";
import { answererOf, capabilities } from "../../../bus/capabilities.ts";
import { principals, type Principal } from "../../../bus/messages/principals.ts";
import { questions, type Question } from "../../../bus/messages/questions.ts";
import { openWire, type Wire } from "../../../bus/nats/connection.ts";
import { createJetStreamApi, toHeaders } from "../../../bus/nats/jetstream-api.ts";
import type { CoreBus, WorkerBus } from "../../../bus/ports/bus.ts";
import { createSubjects } from "../../../bus/subjects.ts";
import { startNats, type NatsFixture } from "../../bus/nats-fixture.ts";
import { cause, mergeCommand, newFlow, recordOf } from "../../contract/suites/samples.ts";
import { publishCells } from "./matrix.ts";

const subjects = createSubjects("walls");

describe("what the server lets each principal do", { timeout: 60_000 }, () => {
  let nats: NatsFixture;
  let core: CoreBus;
  const answerers: WorkerBus[] = [];
  const wires = new Map<Principal, Wire>();
  const end = new AbortController();

  beforeAll(async () => {
    nats = await startNats("walls");
    core = await nats.core();
    void core.serveIntents(
      async () => ({
        ok: false,
        error: { kind: "conflict", code: "seen", message: "Seen.", retryable: false, params: {} },
      }),
      end.signal,
    );
    for (const question of Object.keys(questions) as Question[]) {
      const answerer = await nats.worker(answererOf(question));
      void answerer.serveQuestion(question, () => Promise.reject(new Error("seen")), end.signal);
      answerers.push(answerer);
    }
    for (const principal of principals) {
      wires.set(
        principal,
        await openWire({
          ...nats.options(principal),
          principal,
          name: principal,
          log: silentLogger,
          firstTimeoutMs: 5_000,
        }),
      );
    }
  }, 60_000);
  afterAll(async () => {
    end.abort();
    for (const wire of wires.values()) await wire[Symbol.asyncDispose]();
    for (const answerer of answerers) await answerer[Symbol.asyncDispose]();
    await core[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
  });
  const wireOf = (principal: Principal): Wire => {
    const wire = wires.get(principal);
    if (!wire) throw new Error(`No wire of ${principal}`);
    return wire;
  };
  const lastSeqs = async (): Promise<Record<string, number>> => {
    const api = createJetStreamApi(wireOf("orchestrator"));
    const { streams } = subjects;
    const names = [
      streams.flows,
      streams.commands,
      streams.done("manager"),
      streams.timers,
      streams.dead,
      `KV_${streams.settings}`,
      `OBJ_${streams.artifacts}`,
    ];
    const states = names.map(async (name) => {
      const info = await api.call<{ state: { last_seq: number } }>(`STREAM.INFO.${name}`);
      return [name, info.ok ? info.value.state.last_seq : -1] as const;
    });
    return Object.fromEntries(await Promise.all(states));
  };

  test("is exactly what the capability table says, cell by cell", async () => {
    const cells = publishCells(subjects);
    const before = await lastSeqs();
    const wrong: string[] = [];
    // a beat and a pull have no answer; that they are let through is all there is to see
    const silent = /\.beat\.|CONSUMER\.MSG\.NEXT/;
    const look = async ({ principal, subject, allowed }: (typeof cells)[number]) => {
      const code = await wireOf(principal)
        .request(subject, "", { timeoutMs: silent.test(subject) && allowed ? 300 : 5_000 })
        .then(
          () => "answered",
          (error: { code: string }) => error.code,
        );
      const through =
        code === "answered" || (silent.test(subject) && (code === "timed_out" || code === "no_responder"));
      if (allowed ? !through : code !== "bus_denied")
        wrong.push(`${principal} ${subject}: ${code}, ${allowed ? "allowed" : "forbidden"}`);
    };
    for (let n = 0; n < cells.length; n += 100) await Promise.all(cells.slice(n, n + 100).map(look));
    expect(wrong).toEqual([]);
    expect(cells.length).toBeGreaterThan(1_500);
    // its own two results are the manager's right
    const { [subjects.streams.done("manager")]: reported, ...after } = await lastSeqs();
    expect(after).toEqual({ ...before, [subjects.streams.done("manager")]: undefined });
    expect(reported).toBe(
      cells.filter((cell) => cell.allowed && cell.subject.startsWith("walls.done.manager.")).length,
    );
  });

  test("changes only together with this list", async () => {
    const allowed = publishCells(subjects).filter((cell) => cell.allowed);
    await expect(
      allowed.map(({ principal, subject }) => `${principal} ${subject}`).join("\n"),
    ).toMatchFileSnapshot("allowed.txt");
  });

  test("lets nobody listen to what is not theirs", async () => {
    const foreign = [
      ">",
      "walls.>",
      "walls.do.*.*",
      "walls.cmd.>",
      "walls.done.>",
      "walls.flow.>",
      "$JS.>",
      "_R_.>",
      "_INBOX.>",
      "_INBOX_walls_operator.>",
    ];
    for (const principal of principals) {
      for (const subject of foreign) {
        if (
          subject.includes(`_${principal}.`) ||
          (principal === "orchestrator" && subject === "walls.do.*.*")
        )
          continue;
        const refused = await new Promise<boolean>((resolve) => {
          const subscription = wireOf(principal).nc.subscribe(subject, {
            callback: (error) => resolve(error !== null),
          });
          void wireOf(principal)
            .nc.flush()
            .then(() => setTimeout(() => resolve(false), 50));
          onTestFinished(() => subscription.unsubscribe());
        });
        expect(refused, `${principal} ${subject}`).toBe(true);
      }
    }
  });

  test("does not let a reply carry a stream's own ack onto a foreign subject", async () => {
    const before = await lastSeqs();
    for (const principal of principals.filter((name) => name !== "orchestrator" && capabilities[name].feed)) {
      const wire = wireOf(principal);
      for (const reply of [
        subjects.flow(newFlow()),
        subjects.command("monitor.deploy"),
        subjects.fired(newFlow()),
      ]) {
        wire.publish(subjects.feed(principal, "log"), "{}", { reply });
        wire.publish(subjects.intent(principal, "command.check"), "{}", { reply });
        wire.publish(subjects.question("host.project"), "{}", { reply });
      }
      await wire.flush();
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await lastSeqs()).toEqual(before);
  });

  test("does not let a reply carry an answer onto a foreign subject", async () => {
    const before = await lastSeqs();
    const developer = wireOf("developer");
    await core.dispatch(mergeCommand(), { attempt: 0, causedBy: cause });
    const targets = [
      subjects.flow(newFlow()),
      subjects.command("manager.review"),
      subjects.result("manager.review"),
      subjects.intent("manager", "ticket.list"),
      subjects.timer(newFlow(), "x"),
    ];
    for (const reply of targets) {
      developer.publish(subjects.intent("developer", "ticket.list"), "{}", { reply });
      developer.publish(subjects.question("host.project"), "{}", { reply });
      developer.publish(subjects.result("developer.merge"), "{}", { reply });
      developer.publish(subjects.feed("developer", "log"), "{}", { reply });
      developer.publish(`JSC.API.CONSUMER.INFO.${subjects.streams.commands}.developer`, "", { reply });
      developer.publish(`JSC.API.CONSUMER.MSG.NEXT.${subjects.streams.commands}.developer`, "1", { reply });
    }
    await developer.flush();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = await lastSeqs();
    expect({ ...after, [subjects.streams.commands]: 0 }).toEqual({
      ...before,
      [subjects.streams.commands]: 0,
    });
    expect(after[subjects.streams.commands]).toBe((before[subjects.streams.commands] ?? 0) + 1);
  });

  test("stores nothing of a result whose headers would schedule, roll up or delete", async () => {
    const before = await lastSeqs();
    const api = createJetStreamApi(wireOf("developer"));
    const subject = subjects.result("developer.merge");
    const tricks: Record<string, string>[] = [
      { "Nats-Schedule": "@at 2020-01-01T00:00:00Z", "Nats-Schedule-Target": subjects.flow(newFlow()) },
      {
        "Nats-Schedule": "@at 2020-01-01T00:00:00Z",
        "Nats-Schedule-Target": subjects.command("manager.review"),
      },
      { "Nats-Rollup": "all" },
      { "Nats-Rollup": "sub" },
      { "Nats-TTL": "1s" },
    ];
    const taken = await Promise.all(
      tricks.map(async (headers) => (await api.store(subject, "{}", toHeaders(headers))).ok),
    );
    expect(taken).toEqual(tricks.map(() => false));
    expect(await lastSeqs()).toEqual(before);
  });

  test("keeps one role's message ids from swallowing another's", async () => {
    const headers = toHeaders({ "Nats-Msg-Id": "ticket.T-0001.3.1" });
    for (const [worker, type] of [
      ["developer", "developer.merge"],
      ["manager", "manager.review"],
    ] as const) {
      const stored = await createJetStreamApi(wireOf(worker)).store(subjects.result(type), "{}", headers);
      expect(stored.ok && stored.ack.duplicate).toBeFalsy();
    }
  });

  test("lets a worker bury only what it can ask back for itself", async () => {
    const developer = createJetStreamApi(wireOf("developer"));
    const forged = toHeaders({
      "Dockfra-Stream": "walls-FLOWS",
      "Dockfra-Subject": subjects.flow(newFlow()),
      "Dockfra-Error": encodeURIComponent("{}"),
    });
    expect(
      await developer.store(subjects.dead(`${subjects.streams.commands}-developer`), "{}", forged),
    ).toMatchObject({ ok: true });
    const [letter] = await core.dead.list(1);
    const { lastSeq } = await core.flows.extent();
    await expect(core.dead.retry(letter?.seq ?? 0)).rejects.toMatchObject({ code: "dead_letter_forged" });
    expect((await core.flows.extent()).lastSeq).toBe(lastSeq);
    await core.dead.drop(letter?.seq ?? 0);
  });

  test("refuses a key that the configuration does not know", async () => {
    const stranger = { ...nats.options("operator"), seed: nats.keys.operator.seed };
    const other = await startNats("walls");
    onTestFinished(() => other[Symbol.asyncDispose]());
    const opening = openWire({
      ...stranger,
      servers: other.server().url,
      principal: "operator",
      name: "stranger",
      log: silentLogger,
      firstTimeoutMs: 2_000,
    });
    await expect(opening).rejects.toMatchObject({ code: "bus_key_refused", kind: "denied" });
  });

  test("keeps the log of flows from being purged even by CORE", async () => {
    await core.flows.append(recordOf(newFlow()), { expectedSeq: 0 });
    for (const verb of ["PURGE", "DELETE", "MSG.DELETE"]) {
      const refused = wireOf("orchestrator").request(
        `$JS.API.STREAM.${verb}.${subjects.streams.flows}`,
        "{}",
        { timeoutMs: 2_000 },
      );
      await expect(refused).rejects.toMatchObject({ code: "bus_denied" });
    }
  });
});
