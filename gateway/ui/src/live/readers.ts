import type { DeployView } from "../../../../bus/messages/deploy.ts";
import type { FeedItem } from "../../../../bus/messages/feed.ts";
import type { JobView } from "../../../../bus/messages/stack-jobs.ts";
import type { TicketView } from "../../../../bus/messages/ticket.ts";
import type { RolesView } from "../roles/role-view.ts";
import { ApiError, type CallApi } from "./api.ts";
import { rejoinFeed } from "./feed-list.ts";
import type { LiveState, Loadable, Project, SystemStatus } from "./state.ts";
import type { Store } from "./store.ts";
import { takeSnapshot, takeTickets, type TicketMap } from "./ticket-map.ts";

const feedPage = 300;
const noTickets: TicketMap = new Map();

/** Reads of the server's state, each into its store. */
export interface Readers {
  project(): Promise<void>;
  lanes(): Promise<void>;
  status(): Promise<void>;
  roles(): Promise<void>;
  jobs(): Promise<void>;
  tickets(): Promise<void>;
  feed(): Promise<void>;
  takeTicket(view: TicketView): void;
}

/** Makes the readers over a state; what cannot be read keeps its last value beside the error. */
export function createReaders(state: LiveState, call: CallApi): Readers {
  async function read<T>(store: Store<Loadable<T>>, load: () => Promise<T>): Promise<void> {
    try {
      store.set({ value: await load(), error: undefined });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      store.update(({ value }) => ({ value, error }));
    }
  }
  const ticketsNow = (): TicketMap => state.tickets.get().value ?? noTickets;

  return {
    project: () => read(state.project, () => call<Project>("/project")),
    lanes: () => read(state.lanes, async () => (await call<{ lanes: DeployView[] }>("/deploys")).lanes),
    status: () => read(state.status, () => call<SystemStatus>("/status")),
    jobs: () => read(state.jobs, async () => (await call<{ jobs: JobView[] }>("/jobs")).jobs),
    roles: () => read(state.roles, () => call<RolesView>("/roles")),
    tickets: () =>
      read(state.tickets, async () => {
        const before = ticketsNow();
        const { tickets } = await call<{ tickets: TicketView[] }>("/tickets?limit=1000");
        return takeSnapshot(ticketsNow(), tickets, before);
      }),
    async feed() {
      const { items, lastSeq } = await call<{ items: FeedItem[]; lastSeq: number }>(
        `/feed?limit=${feedPage}`,
      );
      state.feed.update((list) => rejoinFeed(list, items, lastSeq, feedPage));
    },
    takeTicket: (view) =>
      state.tickets.update(({ value, error }) => ({ value: takeTickets(value ?? noTickets, [view]), error })),
  };
}
