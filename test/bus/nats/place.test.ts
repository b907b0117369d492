import { describe, expect, test } from "vitest";
import { readPlace } from "../../../bus/nats/follow.ts";
import { isReplySubject } from "../../../bus/nats/intents.ts";

describe("a delivery's place", () => {
  test("is read from the ack subject, of old servers and of new ones", () => {
    expect(readPlace("$JS.ACK.shop-FLOWS.one.2.41.7.1795347990833218127.0")).toEqual({
      tries: 2,
      seq: 41,
      delivered: 7,
    });
    expect(readPlace("$JS.ACK._.ACCHASH.shop-FLOWS.one.2.41.7.1795347990833218127.0")).toEqual({
      tries: 2,
      seq: 41,
      delivered: 7,
    });
    expect(readPlace("$JS.ACK._.ACCHASH.shop-FLOWS.one.2.41.7.1795347990833218127.0.token")).toEqual({
      tries: 2,
      seq: 41,
      delivered: 7,
    });
  });
});

describe("a reply", () => {
  test("goes to other accounts only", () => {
    expect(isReplySubject("_R_.abc.def")).toBe(true);
    for (const reply of [
      undefined,
      "",
      "shop.flow.ticket.T-0001",
      "_INBOX_shop_orchestrator.x",
      "_R_",
      "x._R_.y",
    ])
      expect(isReplySubject(reply)).toBe(false);
  });
});
