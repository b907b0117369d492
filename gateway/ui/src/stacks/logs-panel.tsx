import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { Lines } from "../ui/lines.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { formatTime } from "../ui/time-text.ts";
import { ColouredText } from "../ui/terminal-text.tsx";
import terminal from "../ui/terminal.module.css";
import { filterQuery, useLog, type NumberedLine } from "./log-follower.ts";
import { queryOf } from "./reading.ts";
import css from "./stacks.module.css";

const levels = ["debug", "info", "warning", "error"] as const;
const typingMs = 300;
/** How far above the end still counts as there. */
const nearEndPx = 60;

interface LogsPanelProps {
  readonly stack: string;
  readonly services: readonly string[];
}

/** A stack's log as it is written: filtered, searched, held, downloaded. */
export function LogsPanel({ stack, services }: LogsPanelProps) {
  const { t } = useTranslation();
  const [service, setService] = useState("");
  const [minLevel, setMinLevel] = useState<string>("debug");
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed), typingMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const filter = { stack, service, search, minLevel };
  const { lines, error, isRead } = useLog(filter, isHeld);
  const file = `/api/v1/stacks/${encodeURIComponent(stack)}/log/download${queryOf(filterQuery(filter))}`;
  return (
    <Panel
      title={t("stacks.tabs.logs")}
      aside={
        <div className={css.filters}>
          <TextInput
            size="xs"
            type="search"
            aria-label={t("logs.search")}
            placeholder={t("logs.search")}
            value={typed}
            maxLength={500}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <NativeSelect
            size="xs"
            aria-label={t("logs.service")}
            value={service}
            onChange={(event) => setService(event.currentTarget.value)}
            data={[{ value: "", label: t("logs.every_service") }, ...services]}
          />
          <NativeSelect
            size="xs"
            aria-label={t("logs.level")}
            value={minLevel}
            onChange={(event) => setMinLevel(event.currentTarget.value)}
            data={levels.map((value) => ({ value, label: t(`logs.levels.${value}`) }))}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name={isHeld ? "play" : "pause"} size={13} />}
            onClick={() => setHeld(!isHeld)}
          >
            {t(isHeld ? "logs.follow" : "logs.hold")}
          </Button>
          <Button size="xs" variant="default" component="a" href={file} download>
            {t("logs.download")}
          </Button>
        </div>
      }
    >
      {error && <Problem error={error} />}
      {!isRead && !error && <Lines count={6} />}
      {isRead && lines.length === 0 && (
        <EmptyState icon="feed" title={t("logs.none")} hint={t("logs.none_hint")} />
      )}
      {lines.length > 0 && <LogLines lines={lines} label={t("logs.lines", { name: stack })} />}
    </Panel>
  );
}

/** Stays at the end while the reader is there. */
function LogLines({ lines, label }: { readonly lines: readonly NumberedLine[]; readonly label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const { current } = box;
    if (current && atEnd.current && lines.length > 0) current.scrollTop = current.scrollHeight;
  }, [lines]);
  return (
    <div
      ref={box}
      className={`${terminal.terminal} ${css.log}`}
      role="log"
      aria-live="off"
      aria-label={label}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < nearEndPx;
      }}
    >
      {lines.map((line) => (
        <Line key={line.number} line={line} />
      ))}
    </div>
  );
}

function Line({ line: { service, atMs, text, level, gap } }: { readonly line: NumberedLine }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {gap !== undefined && <div className={css.gap}>{t("logs.gap", { count: gap })}</div>}
      <div className={css.line} data-level={level}>
        <time dateTime={new Date(atMs).toISOString()}>{formatTime(atMs, i18n.language)}</time>
        <span className={css.from}>{service}</span>
        {(level === "error" || level === "warning") && (
          <span className={css.level}>{t(`logs.level_words.${level}`)}</span>
        )}
        <span className={css.text}>
          <ColouredText text={text} />
        </span>
      </div>
    </>
  );
}
