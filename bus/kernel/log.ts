import { pino, type Logger as PinoLogger } from "pino";

/** The log port: structured fields first, one sentence after. */
export type Logger = PinoLogger;

/** Makes the logger of one part; JSON lines, by default on stderr, so that stdout stays the command's answer. */
export function createLogger(
  part: string,
  level: string = process.env.DOCKFRA_LOG ?? "info",
  destination: { write(line: string): void } = pino.destination({ fd: 2, sync: true }),
): Logger {
  return pino({ name: part, level, base: { part, pid: process.pid } }, destination);
}

/** A logger that keeps silent, for libraries under test. */
export const silentLogger: Logger = pino({ level: "silent" });
