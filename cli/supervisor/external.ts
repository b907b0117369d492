import { invalidInput } from "../../bus/kernel/errors.ts";

/** Reads which bus of the user's own to use, and makes sure that it keeps the roles apart. @throws `servers_incomplete`, and what the probe finds */
export async function readExternal(
  { servers, creds }: { readonly servers?: string; readonly creds?: string },
  prefix: string,
): Promise<{ servers: string; credsDir: string } | undefined> {
  if (servers === undefined && creds === undefined) return undefined;
  if (servers === undefined || creds === undefined)
    throw invalidInput("servers_incomplete", `A bus of your own needs both --servers and --creds. "dockfra bus config --creds DIR" makes its accounts and credentials.`);
  const { probeExternalServer } = await import("../../bus/server/external.ts");
  await probeExternalServer({ servers, credsDir: creds, prefix });
  return { servers, credsDir: creds };
}
