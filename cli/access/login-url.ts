import { createCredentials } from "../../gateway/auth/credentials.ts";
import type { Invocation } from "../invocation.ts";
import { requireInstallation, type Installation } from "../place/installation.ts";
import { resolveRoot, stateDirOf } from "../place/root.ts";
import { unavailable } from "../../bus/kernel/errors.ts";

/** The page's URL with a new token that signs in once, or without one where nobody is asked. */
export async function newLoginUrl(
  { gatewayUrl, gatewayAuth, root }: Pick<Installation, "gatewayUrl" | "gatewayAuth" | "root">,
  stateDir: string,
): Promise<string> {
  if (gatewayUrl === undefined)
    throw unavailable("still_starting", `What runs for ${root} is still starting. Try again in a moment.`, {
      params: { root },
    });
  if (gatewayAuth === "none") return `${gatewayUrl}/`;
  return `${gatewayUrl}/#token=${await createCredentials(stateDir).newLogin()}`;
}

/** `url`. @throws `not_running`, `still_starting` */
export async function printLoginUrl(invocation: Invocation<object>): Promise<void> {
  const { screen, options } = invocation;
  const root = await resolveRoot(options.root);
  const url = await newLoginUrl(await requireInstallation(root), stateDirOf(root));
  if (screen.json) screen.data({ ok: true, url });
  else screen.line(url);
}
