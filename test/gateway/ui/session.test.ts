import { expect, test } from "vitest";
import { ApiError, type CallApi } from "../../../gateway/ui/src/live/api.ts";
import { createSessionDoor } from "../../../gateway/ui/src/session/session.ts";

const signedIn = { signedIn: true, auth: "token", actor: { id: "ada" }, lang: "en" };
const signedOut = { signedIn: false, auth: "token", actor: null, lang: "en" };

/** A gateway that answers its calls in order; a number is a refusal with that status. */
function door(...answers: readonly (object | number)[]) {
  const left = [...answers];
  const asked: string[] = [];
  const call: CallApi = (path, { body, method } = {}) => {
    asked.push(`${method ?? (body === undefined ? "GET" : "POST")} ${path}`);
    const answer = left.shift();
    return typeof answer === "object"
      ? Promise.resolve(answer as never)
      : Promise.reject(new ApiError(answer ?? 0));
  };
  return { ...createSessionDoor(call), asked };
}

test("a token signs in", async () => {
  const { session, enter, asked } = door({ ok: true }, signedIn);
  await enter("a-token-that-is-long");
  expect(session.get()).toEqual({ phase: "signed_in", actor: "ada", auth: "token", lang: "en" });
  expect(asked).toEqual(["POST /session", "GET /session"]);
});

test.each([
  [401, "refused"],
  [400, "refused"],
  [429, "too_many"],
] as const)("a token refused with %i asks for another: %s", async (status, why) => {
  const { session, enter } = door(status, signedOut);
  await enter("a-token-that-is-long");
  expect(session.get()).toEqual({ phase: "signed_out", why, busy: false });
});

test("a used token does not lock out who is signed in already", async () => {
  const { session, enter } = door(401, signedIn);
  await enter("a-token-that-is-long");
  expect(session.get()).toMatchObject({ phase: "signed_in" });
});

test.each([0, 500, 503])("a gateway that does not answer (%i) is not a wrong token", async (status) => {
  const { session, enter } = door(status);
  await enter("a-token-that-is-long");
  expect(session.get()).toEqual({ phase: "unreachable" });
});

test("signing out and a lost session end at the door, each with its word", async () => {
  const { session, enter, leave, lose } = door(signedIn, { ok: true });
  await enter();
  await leave();
  expect(session.get()).toMatchObject({ why: "no_session" });
  lose();
  expect(session.get()).toMatchObject({ why: "lost" });
});
