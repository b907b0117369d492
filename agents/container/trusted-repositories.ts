import { exchangeDir } from "../git/repositories.ts";
import { writeTrust } from "../git/trust.ts";
import type { AgentClient } from "../runtime/patient-client.ts";
import type { Facts } from "../runtime/project.ts";

export interface TrustOptions {
  /** The configuration that this agent's git reads. */
  readonly path: string;
  readonly stateDir: string;
}

/**
 * Makes a client that, each time the host tells what is at ROOT, lets git read the exchanges and mirrors of those
 * repositories, whose files are another user's where the host is root.
 */
export function trustRepositories(client: AgentClient, { path, stateDir }: TrustOptions): AgentClient {
  let written: string | undefined;
  async function trust({ repos }: Facts): Promise<void> {
    const dirs = repos.flatMap((repo) => [
      exchangeDir(stateDir, repo.name),
      ...(repo.fetchFrom === undefined ? [] : [repo.fetchFrom]),
    ]);
    if (written === dirs.join("\0")) return;
    await writeTrust(path, dirs);
    written = dirs.join("\0");
  }
  return {
    principal: client.principal,
    ask: (verb, input, options) => client.ask(verb, input, options),
    async question(question, input, options) {
      const answer = await client.question(question, input, options);
      if (question === "host.project") await trust(answer as Facts);
      return answer;
    },
  };
}
