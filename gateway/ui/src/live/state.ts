import type { z } from "zod";
import type { DeployView } from "../../../../bus/messages/deploy.ts";
import type { IntentAnswer } from "../../../../bus/messages/intents.ts";
import type { RuntimeWarning } from "../../../../bus/messages/questions.ts";
import type { JobView } from "../../../../bus/messages/stack-jobs.ts";
import type { ProjectView } from "../../../../bus/messages/stack-service.ts";
import type { RolesView } from "../roles/role-view.ts";
import type { ApiError } from "./api.ts";
import { emptyFeed, type FeedList } from "./feed-list.ts";
import { createStore, type Store } from "./store.ts";
import type { TicketMap } from "./ticket-map.ts";

/** How the page is connected, and since when. */
export interface Connection {
  readonly phase: "connecting" | "connected" | "reconnecting" | "down";
  readonly sinceMs: number;
}

/** The project with how its crew runs. */
export type Project = z.infer<typeof ProjectView> & {
  readonly runtime: "process" | "docker";
  readonly isolation: "broker" | "container";
  /** Why the roles do not run as they were meant to; code and params of a sentence. */
  readonly runtimeWarning?: RuntimeWarning;
  /** Roots of this user's other installations. */
  readonly others: readonly string[];
};

/** Something that is being read, is there, or could not be read. */
export interface Loadable<T> {
  readonly value: T | undefined;
  readonly error: ApiError | undefined;
}

export type SystemStatus = IntentAnswer<"status.show">;

/** Everything that the page shows of the server, each in a store of its own. */
export interface LiveState {
  readonly connection: Store<Connection>;
  readonly tickets: Store<Loadable<TicketMap>>;
  readonly feed: Store<FeedList>;
  readonly project: Store<Loadable<Project>>;
  readonly lanes: Store<Loadable<readonly DeployView[]>>;
  readonly status: Store<Loadable<SystemStatus>>;
  readonly roles: Store<Loadable<RolesView>>;
  /** Jobs of the monitor, newest first; read from when somebody looks at stacks. */
  readonly jobs: Store<Loadable<readonly JobView[]>>;
}

const nothing = { value: undefined, error: undefined };

/** Makes the empty state of a page that has just been opened. */
export function createLiveState(nowMs: number): LiveState {
  return {
    connection: createStore<Connection>({ phase: "connecting", sinceMs: nowMs }),
    tickets: createStore<Loadable<TicketMap>>(nothing),
    feed: createStore(emptyFeed),
    project: createStore<Loadable<Project>>(nothing),
    lanes: createStore<Loadable<readonly DeployView[]>>(nothing),
    status: createStore<Loadable<SystemStatus>>(nothing),
    roles: createStore<Loadable<RolesView>>(nothing),
    jobs: createStore<Loadable<readonly JobView[]>>(nothing),
  };
}
