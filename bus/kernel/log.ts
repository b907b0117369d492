import { pino, type Logger as PinoLogger } from "pino";

/** The log port: structured fields first, one sentence after. */
export type Logger = PinoLogger;

/** Makes the logger of one part; JSON lines on stderr, so that stdout stays the command's answer. */
export function createLogger(part: string, level: string = process.env.DOCKFRA_LOG ?? "info"): Logger {
  return pino({ name: part, level, base: { part, pid: process.pid } }, pino.destination({ fd: 2, sync: true }));
}

/** A logger that keeps silent, for libraries under test. */
export const silentLogger: Logger = pino({ level: "silent" });
