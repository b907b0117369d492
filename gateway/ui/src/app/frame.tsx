import { ActionIcon, AppShell, Burger } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live-context.ts";
import { useStore } from "../live/store.ts";
import { Icon } from "../ui/icon.tsx";
import { RouteLink } from "../ui/route-link.tsx";
import { Brand } from "./brand.tsx";
import { ConnectionLost, ConnectionState } from "./connection-state.tsx";
import css from "./frame.module.css";
import { Honesty } from "./honesty.tsx";
import { Navigation } from "./navigation.tsx";
import { Places } from "./places.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

const ChatPanel = lazy(async () => ({ default: (await import("../chat/chat-panel.tsx")).ChatPanel }));

interface FrameProps {
  readonly actor: string;
  /** Absent where nobody had to sign in. */
  readonly onLeave: (() => void) | undefined;
}

/** What surrounds every page: name, way around, connection, and the chat at its side. */
export function Frame({ actor, onLeave }: FrameProps) {
  const { t } = useTranslation();
  const [menu, { toggle: toggleMenu, close: closeMenu }] = useDisclosure(false);
  const [chat, { toggle: toggleChat, close: closeChat }] = useDisclosure(false);
  const isNarrow = useMediaQuery("(max-width: 48em)") ?? false;
  const project = useStore(useLive().state.project).value;
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !menu } }}
      aside={{
        width: { base: "100%", sm: 380 },
        breakpoint: "sm",
        collapsed: { mobile: !chat, desktop: !chat },
      }}
    >
      <a className="skip" href="#main">
        {t("frame.skip")}
      </a>
      <AppShell.Header>
        <div className={css.head}>
          <Burger
            opened={menu}
            onClick={toggleMenu}
            hiddenFrom="sm"
            size="sm"
            aria-label={t("frame.menu")}
            aria-expanded={menu}
          />
          <RouteLink className={css.brand} to={{ name: "overview" }}>
            <Brand />
          </RouteLink>
          {project && !isNarrow && (
            <span className={css.root} title={project.root}>
              <bdi>{project.root}</bdi>
            </span>
          )}
          <span className={css.grow} />
          <ConnectionState />
          <ThemeSwitch />
          <ActionIcon
            variant={chat ? "light" : "subtle"}
            color={chat ? "dock" : "gray"}
            size="lg"
            onClick={toggleChat}
            aria-label={t("chat.toggle")}
            title={t("chat.title")}
            aria-expanded={chat}
          >
            <Icon name="chat" />
          </ActionIcon>
        </div>
      </AppShell.Header>
      <AppShell.Navbar className={css.nav} aria-label={t("frame.navigation")} inert={isNarrow && !menu}>
        <Navigation onGo={closeMenu} />
        <div className={css.navFoot}>
          <span className="row">
            <Icon name="user" size={16} /> {actor}
          </span>
          {onLeave && (
            <button type="button" className={css.leave} onClick={onLeave}>
              <Icon name="leave" size={16} /> {t("frame.sign_out")}
            </button>
          )}
        </div>
      </AppShell.Navbar>
      <AppShell.Main id="main" className={css.main} tabIndex={-1}>
        <ConnectionLost />
        <div className={css.content}>
          <Honesty />
          <Places />
        </div>
      </AppShell.Main>
      <AppShell.Aside aria-label={t("chat.title")} inert={!chat}>
        <Suspense>{chat && <ChatPanel onClose={closeChat} />}</Suspense>
      </AppShell.Aside>
    </AppShell>
  );
}
