import { denied, unavailable, type DockfraError } from "../../bus/kernel/errors.ts";

/** What a failed login is about. */
export interface FailedLogin {
  /** The role, or `device`. */
  readonly host: string;
  readonly port: number;
  /** What the client said. */
  readonly log: string;
}

/**
 * Says why the client did not get in, or `undefined` where it did and 255 is the remote program's own exit code. A host
 * key other than the pinned one is `host_key_changed`.
 */
export function explainFailure({ host, port, log }: FailedLogin): DockfraError | undefined {
  const address = `127.0.0.1:${port}`;
  const params = { host, address };
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i.test(log))
    return hostKeyChanged({ host, port, log });
  if (/host key is known for|Host key verification failed/.test(log))
    return denied("ssh_host_unpinned", `No host key of ${host} is pinned for ${address}. Run: dockfra init`, {
      params,
    });
  if (/Permission denied \(/.test(log))
    return denied(
      "ssh_key_refused",
      `The ${host} at ${address} does not know this key. Make new ones for both sides: dockfra keys rotate ${host}`,
      { params },
    );
  if (
    /Connection (?:refused|timed out|reset|closed)|No route to host|kex_exchange_identification|banner exchange/i.test(
      log,
    )
  )
    return unavailable(
      "ssh_unreachable",
      `The ${host}'s sshd does not answer at ${address}: ${lastLine(log)}. See what runs: dockfra status`,
      { params: { ...params, why: lastLine(log) } },
    );
  if (
    /^(?:ssh: |Bad owner|Load key|Unable to negotiate|client_loop|Timeout, server|Bad configuration|command-line)/m.test(
      log,
    )
  )
    return unavailable(
      "ssh_failed",
      `The ssh client gave up on ${host}: ${lastLine(log)}. See what runs: dockfra status`,
      {
        params: { ...params, why: lastLine(log) },
      },
    );
  return undefined;
}

/** The code and the parameters are those of a deploy over SSH: whoever meets it sends nothing. */
function hostKeyChanged({ host, port, log }: FailedLogin): DockfraError {
  const fingerprint = /SHA256:[A-Za-z0-9+/]{43}/.exec(log)?.[0] ?? "unknown";
  return denied(
    "host_key_changed",
    `"${host}" at 127.0.0.1:${port} shows another host key than the pinned one (${fingerprint}): it is another machine, or somebody is in between. Nothing was sent. If its keys were lost or mixed up, make new ones for both sides: dockfra keys rotate ${host}`,
    { params: { device: host, host: "127.0.0.1", port, fingerprint } },
  );
}

function lastLine(log: string): string {
  const line = log.trimEnd().split("\n").at(-1) ?? "";
  return line.trim().replace(/\.$/, "").slice(0, 300);
}
