import { conflict, denied, unavailable, type DockfraError } from "../../bus/kernel/errors.ts";

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
    return hostKeyChanged({ host, address, remedy: remedyFor(host) });
  if (/host key is known for|Host key verification failed/.test(log))
    return denied("host_key_unknown", `No host key of ${host} is pinned for ${address}. Run: dockfra init`, {
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

/**
 * The host has another key than the one that was pinned: somebody may be in between, so nothing was sent to it.
 * The same code for the roles' shells and for deploys over SSH; a ticket whose command meets it is paused.
 */
export function hostKeyChanged(params: {
  readonly host: string;
  readonly address: string;
  readonly remedy: string;
}): DockfraError {
  const { host, address, remedy } = params;
  return conflict(
    "host_key_changed",
    `${host} at ${address} shows another host key than the pinned one, so nothing was sent to it. If nobody changed it on purpose, somebody may be in between; if it was you: ${remedy}`,
    { params },
  );
}

function remedyFor(host: string): string {
  return `dockfra keys rotate ${host}`;
}

function lastLine(log: string): string {
  const line = log.trimEnd().split("\n").at(-1) ?? "";
  return line.trim().replace(/\.$/, "").slice(0, 300);
}
