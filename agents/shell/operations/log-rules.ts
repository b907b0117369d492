/** What a line of a log can mean, by the code of its sentence; the first rule that fits counts. */
const rules: readonly (readonly [code: string, pattern: RegExp])[] = [
  ["log_out_of_memory", /out of memory|OOMKilled|heap out of memory|Cannot allocate memory|MemoryError/i],
  ["log_disk_full", /no space left on device|ENOSPC|disk full|could not extend file/i],
  ["log_port_taken", /address already in use|EADDRINUSE|port is already allocated/i],
  ["log_no_name", /ENOTFOUND|EAI_AGAIN|could not resolve host|name or service not known|no such host/i],
  ["log_connection_refused", /connection refused|ECONNREFUSED/i],
  [
    "log_password_wrong",
    /password authentication failed|access denied for user|WRONGPASS|authentication failed/i,
  ],
  ["log_permission", /permission denied|EACCES|operation not permitted/i],
  ["log_read_only", /read-only file system|EROFS/i],
  ["log_module_missing", /cannot find module|ModuleNotFoundError|ERR_MODULE_NOT_FOUND|no module named/i],
  ["log_exec_format", /exec format error/i],
  [
    "log_variable_missing",
    /environment variable .{0,60}(?:not set|is required|missing)|variable is not set/i,
  ],
  [
    "log_certificate",
    /certificate (?:has expired|verify failed|is not yet valid)|self[- ]signed certificate/i,
  ],
  ["log_timeout", /timed? ?out|ETIMEDOUT|deadline exceeded/i],
  [
    "log_crash",
    /segmentation fault|core dumped|panic:|fatal error|unhandled (?:exception|rejection)|Traceback \(most recent/i,
  ],
  ["log_server_error", /" 5\d\d |HTTP\/[\d.]+" 5\d\d|status[=: ]5\d\d/i],
  ["log_error", /\b(?:error|err|fatal|critical)\b/i],
];

/** One thing that a log says, where first, and how often. */
export interface LogFinding {
  readonly code: string;
  readonly line: string;
  readonly count: number;
}

/** Reads lines by rules, in the order of the rules. */
export function findInLog(lines: readonly string[]): LogFinding[] {
  const found = new Map<string, { line: string; count: number }>();
  for (const line of lines) {
    const code = rules.find(([, pattern]) => pattern.test(line))?.[0];
    if (code === undefined) continue;
    const known = found.get(code);
    if (known) known.count++;
    else found.set(code, { line: line.slice(0, 1_000), count: 1 });
  }
  return rules.flatMap(([code]) => {
    const finding = found.get(code);
    return finding ? [{ code, ...finding }] : [];
  });
}

/** Every code that a finding can have. */
export const logCodes: readonly string[] = rules.map(([code]) => code);
