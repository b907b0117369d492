import { expect, test } from "vitest";
import { explainFailure } from "../../../cli/ssh/client-failure.ts";

const changed = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
The fingerprint for the ED25519 key sent by the remote host is
SHA256:qZ2k6vB2Hn2cM8Qn3L0X0y3n1g9Zs3oQe3rWm9uQy1A.
Host key for [127.0.0.1]:2202 has changed and you have requested strict checking.
Host key verification failed.
`;

test("another host key than the pinned one, with the fingerprint that was shown", () => {
  expect(explainFailure({ host: "manager", port: 2202, log: changed })?.toJSON()).toMatchObject({
    kind: "denied",
    code: "host_key_changed",
    retryable: false,
    message: expect.stringContaining("dockfra keys rotate manager"),
    params: {
      device: "manager",
      host: "127.0.0.1",
      port: 2202,
      fingerprint: "SHA256:qZ2k6vB2Hn2cM8Qn3L0X0y3n1g9Zs3oQe3rWm9uQy1A",
    },
  });
});

test.each([
  ["ssh: connect to host 127.0.0.1 port 2202: Connection refused\n", "ssh_unreachable"],
  ["ssh: connect to host 127.0.0.1 port 2202: Connection timed out\n", "ssh_unreachable"],
  ["kex_exchange_identification: read: Connection reset by peer\n", "ssh_unreachable"],
  ["Connection timed out during banner exchange\n", "ssh_unreachable"],
  ["manager@127.0.0.1: Permission denied (publickey).\n", "ssh_key_refused"],
  [
    "No ED25519 host key is known for [127.0.0.1]:2299 and you have requested strict checking.\nHost key verification failed.\n",
    "ssh_host_unpinned",
  ],
  [
    "Unable to negotiate with 127.0.0.1 port 2202: no matching host key type found. Their offer: ssh-rsa\n",
    "ssh_failed",
  ],
  ["client_loop: send disconnect: Broken pipe\n", "ssh_failed"],
])("%s", (log, code) => {
  const error = explainFailure({ host: "manager", port: 2202, log });
  expect(error?.code).toBe(code);
  expect(error?.message).toMatch(/dockfra|manager/);
});

test.each(["", "Shared connection to 127.0.0.1 closed.\n"])(
  "a remote program's own 255 is no failure of the client: %j",
  (log) => {
    expect(explainFailure({ host: "manager", port: 2202, log })).toBe(undefined);
  },
);
