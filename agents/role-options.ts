import type { FetchPage } from "../stacks/checks/page.ts";
import type { Sandbox } from "./container/sandbox.ts";
import type { AgentClient } from "./runtime/patient-client.ts";

/** What every role's handlers are made of. */
export interface RoleOptions {
  readonly client: AgentClient;
  /** `<root>/dockfra`, absolute. */
  readonly stateDir: string;
  /** The user's project, absolute; a role reads its `dockfra.yaml` there and changes nothing. */
  readonly root: string;
  /** Name of this instance, the same over restarts; one path component and one subject token. */
  readonly instance: string;
  /** Where programs run that the project, a ticket or a model brings. */
  readonly sandbox: Sandbox;
  /** Gets pages of the running app, where its address is not ours; default: as this machine reaches it. */
  readonly fetchPage?: FetchPage;
}
