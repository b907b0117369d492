import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { OverviewPage } from "../project/overview-page.tsx";
import { BoardPage } from "../tickets/board-page.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Lines } from "../ui/lines.tsx";
import { useRoute } from "./router.ts";

const StacksPage = lazy(async () => ({ default: (await import("../stacks/stacks-page.tsx")).StacksPage }));
const TicketPage = lazy(async () => ({ default: (await import("../tickets/ticket-page.tsx")).TicketPage }));
const NewTicketPage = lazy(async () => ({
  default: (await import("../tickets/new-ticket-page.tsx")).NewTicketPage,
}));
const RolesPage = lazy(async () => ({ default: (await import("../roles/roles-page.tsx")).RolesPage }));
const FeedPage = lazy(async () => ({ default: (await import("../feed/feed-page.tsx")).FeedPage }));

/** The page for the place in the address bar. */
export function Places() {
  return (
    <Suspense fallback={<Lines count={5} height={26} />}>
      <Place />
    </Suspense>
  );
}

function Place() {
  const { t } = useTranslation();
  const route = useRoute();
  switch (route.name) {
    case "overview":
      return <OverviewPage />;
    case "stacks":
      return <StacksPage stack={route.stack} />;
    case "tickets":
      return <BoardPage />;
    case "ticket":
      return <TicketPage key={route.id} id={route.id} />;
    case "new_ticket":
      return <NewTicketPage />;
    case "roles":
      return <RolesPage role={route.role} />;
    case "feed":
      return <FeedPage />;
    case "unknown":
      return <EmptyState icon="info" title={t("errors.no_page")} hint={t("errors.no_page_hint")} />;
  }
}
