import type { LogLine } from "../../bus/messages/stack-watch.ts";

export type LogLevel = LogLine["level"];

/** What loggers call their levels, by ours. */
const words: Readonly<Record<string, LogLevel>> = Object.fromEntries(
  (
    [
      [
        "error",
        "error err erro eror fatal fata ftl crit critical severe panic pani alert emerg emergency fail dpanic e f",
      ],
      ["warning", "warn warning wrn warni w"],
      ["info", "info inf information informational notice log i"],
      ["debug", "debug dbug dbg debu debug1 debug2 debug3 debug4 debug5 trace trce trac trc verbose d"],
    ] as const
  ).flatMap(([level, names]) => names.split(" ").map((name) => [name, level])),
);

/** Where a word stands that is a level; tried in this order on the line's beginning. */
const places: readonly RegExp[] = [
  // logfmt, and what prints fields: level=warn, lvl="error", severity: INFO
  /(?:^|[\s,{[(])(?:level|lvl|severity|loglevel|log\.level)\s*[=:]\s*"?([A-Za-z]+\d?)/,
  // klog and glog: E0102 15:04:05.000000; Rails: E, [2026-…]
  /^([EWIFD])(?:\d{4} \d\d:|, \[)/,
  // nginx and Apache: [error] 12#12:, [core:notice]; Maven and others: [WARN]
  /\[(?:[a-z_]+:)?(trace|debug|info|notice|warn|warning|error|err|crit|critical|alert|emerg|fatal|severe)\d?\]/i,
  // logrus on a terminal: ERRO[0000]
  /^([A-Z]{4})\[\d+\]/,
  // PHP: PHP Fatal error:, PHP Warning:
  /^(?:\[[^\]]+\] )?PHP (Fatal|Parse|Warning|Notice|Deprecated)/,
  // Python, Java, Rust, Postgres, Go's zap: the word in capitals, on its own
  /(?:^|[\s|:;(<[-])(TRACE|DEBUG\d?|VERBOSE|INFO|NOTICE|LOG|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|PANIC|ALERT|EMERG)(?=[\s|:;)>\],-]|$)/,
  // .NET and many of Node: "warn: …", after a time or at the beginning
  /^(?:\S{0,32}[\s\]]){0,2}(trce|trace|dbug|debug|verbose|info|warn|warning|fail|error|crit|fatal)!?:\s/i,
  // npm
  /^npm (ERR|error|WARN|warn)!?\s/,
  // zap's and zerolog's columns
  /(?:^|\t| )(INF|WRN|ERR|DBG|TRC|FTL|debug|info|warn|error|fatal)(?=\t| )/,
];

const jsonLevel =
  /"(?:level|lvl|severity|loglevel|log\.level|levelname|@level|s)"\s*:\s*(?:"([A-Za-z]+\d?)"|(\d{1,3}))/;
const syslogPriority = /^<(\d{1,3})>/;
const redisMark = /^\d+:[XCSM] \d\d? \w{3} \d{4} [\d:.]+ ([*#.-]) /;
const accessStatus = /"[A-Z]{3,10} [^"]{0,2000}" (\d{3}) (?:\d+|-)(?:\s|$)/;
const deeds =
  /^(?:Traceback \(most recent call last\)|Exception in thread|panic:|fatal error:|thread '[^']*' panicked|Unhandled|Uncaught|Segmentation fault|Caused by:|\s+at \S+.*[:(]|\s+File "[^"]+", line \d+)|(?:Error|Exception): /;

/** How much of a line is looked at: a level stands at its beginning. */
const lookedAt = 300;

/** Says how bad a line is, by the rules of the common formats; `info` where nothing tells. Colours have to be out of it. */
export function levelOf(line: string): LogLevel {
  const text = line.length > lookedAt ? line.slice(0, lookedAt) : line;
  const first = text.charCodeAt(0);
  if (first === 0x7b) return levelOfJson(line) ?? "info";
  const special = first === 0x3c ? levelOfSyslog(text) : levelOfRedis(text);
  if (special) return special;
  for (const place of places) {
    const word = place.exec(text)?.[1];
    const level = word === undefined ? undefined : levelOfWord(word);
    if (level) return level;
  }
  const status = accessStatus.exec(line)?.[1];
  if (status !== undefined) return status >= "500" ? "error" : status >= "400" ? "warning" : "info";
  return deeds.test(text) ? "error" : "info";
}

function levelOfWord(word: string): LogLevel | undefined {
  if (word === "Parse") return "error";
  if (word === "Deprecated") return "warning";
  const small = word.toLowerCase();
  return Object.hasOwn(words, small) ? words[small] : undefined;
}

function levelOfJson(line: string): LogLevel | undefined {
  const [, word, number] = jsonLevel.exec(line.slice(0, 4_000)) ?? [];
  if (word !== undefined) return levelOfWord(word);
  if (number === undefined) return undefined;
  const value = Number(number);
  // syslog counts down to 0, pino and bunyan up from 10
  if (value < 10) return ofSeverity(value);
  return value >= 50 ? "error" : value >= 40 ? "warning" : value >= 30 ? "info" : "debug";
}

function levelOfSyslog(text: string): LogLevel | undefined {
  const priority = Number(syslogPriority.exec(text)?.[1] ?? Number.NaN);
  return priority <= 191 ? ofSeverity(priority % 8) : undefined;
}

function ofSeverity(severity: number): LogLevel {
  return severity <= 3 ? "error" : severity === 4 ? "warning" : severity <= 6 ? "info" : "debug";
}

function levelOfRedis(text: string): LogLevel | undefined {
  const mark = redisMark.exec(text)?.[1];
  if (mark === undefined) return undefined;
  return mark === "#" ? "warning" : mark === "*" ? "info" : "debug";
}
