import { expect, test } from "vitest";
import { levelOf } from "../../../stacks/watch/log-level.ts";

test.each([
  // JSON of pino, bunyan, zap, Docker, Elastic, MongoDB, syslog severities
  ['{"level":30,"time":1,"msg":"up"}', "info"],
  ['{"level":50,"time":1,"msg":"down"}', "error"],
  ['{"level":40,"msg":"hm"}', "warning"],
  ['{"level":20,"msg":"x"}', "debug"],
  ['{"time":"2026-01-01","severity":"WARNING","message":"an error is mentioned"}', "warning"],
  ['{"log.level":"error","message":"x"}', "error"],
  ['{"t":{"$date":"2026"},"s":"W","c":"NETWORK"}', "warning"],
  ['{"level":3,"short_message":"gelf"}', "error"],
  ['{"message":"no level, but error in the text"}', "info"],
  ['{"level":', "info"],
  // logfmt
  ['time="2026-01-01T00:00:00Z" level=warning msg="slow"', "warning"],
  ["ts=2026 lvl=eror msg=x", "error"],
  ["level=info msg=error", "info"],
  // syslog
  ["<11>Jan  1 00:00:00 host app: broken", "error"],
  ["<190>Jan  1 00:00:00 host app: hello", "info"],
  ["<12>1 2026-01-01T00:00:00Z host app - - - careful", "warning"],
  // Java: logback, log4j, Spring, java.util.logging
  ["2026-01-01 00:00:00,123 [main] ERROR com.acme.App - it broke", "error"],
  ["2026-01-01T00:00:00.123Z  WARN 1 --- [  main] o.s.b.App : slow", "warning"],
  ["12:00:00.000 [http-1] DEBUG o.h.SQL - select", "debug"],
  ["SEVERE: Servlet failed", "error"],
  ['Exception in thread "main" java.lang.NullPointerException', "error"],
  ["\tat com.acme.App.main(App.java:12)", "error"],
  ["Caused by: java.io.IOException: closed", "error"],
  // Python
  ["WARNING:root:careful", "warning"],
  ["2026-01-01 00:00:00,000 - app - CRITICAL - out", "error"],
  ['INFO:     127.0.0.1:5000 - "GET / HTTP/1.1" 200 OK', "info"],
  ["[2026-01-01 00:00:00 +0000] [7] [INFO] Booting worker", "info"],
  ["Traceback (most recent call last):", "error"],
  ['  File "/app/main.py", line 3, in <module>', "error"],
  ["ValueError: bad", "error"],
  // nginx and Apache
  ["2026/01/01 00:00:00 [error] 12#12: *1 connect() failed", "error"],
  ["2026/01/01 00:00:00 [notice] 1#1: start worker", "info"],
  ["[Thu Jan 01 00:00:00 2026] [core:warn] [pid 1] AH00098", "warning"],
  ['10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET /error HTTP/1.1" 200 12 "-" "curl"', "info"],
  ['10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 502 12 "-" "curl"', "error"],
  ['10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "POST /x HTTP/1.1" 404 12 "-" "curl"', "warning"],
  // databases
  ["2026-01-01 00:00:00.000 UTC [1] LOG:  database system is ready", "info"],
  ["2026-01-01 00:00:00.000 UTC [1] FATAL:  password authentication failed", "error"],
  ["1:M 01 Jan 2026 00:00:00.000 # Warning: memory overcommit", "warning"],
  ["1:M 01 Jan 2026 00:00:00.000 * Ready to accept connections", "info"],
  // Go, Rust, Ruby, PHP, .NET, Node
  ["E0102 15:04:05.000000       1 server.go:1] lost", "error"],
  ["I0102 15:04:05.000000       1 server.go:1] error counter reset", "info"],
  ["WARN[0003] retrying", "warning"],
  ["panic: runtime error: index out of range", "error"],
  ["2026-01-01T00:00:00Z\terror\tmain.go:3\tlost", "error"],
  ["2026-01-01T00:00:00Z INF started", "info"],
  ["2026-01-01T00:00:00.000000Z TRACE app: x", "debug"],
  ["thread 'main' panicked at src/main.rs:2", "error"],
  ["W, [2026-01-01T00:00:00 #1]  WARN -- : old", "warning"],
  ["[01-Jan-2026 00:00:00 UTC] PHP Fatal error:  Uncaught Error", "error"],
  ["PHP Deprecated:  old", "warning"],
  ["fail: Microsoft.AspNetCore[0]", "error"],
  ["dbug: Microsoft[1]", "debug"],
  ["npm ERR! code 1", "error"],
  ["npm warn deprecated x", "warning"],
  ["TypeError: x is not a function", "error"],
  ["    at Object.<anonymous> (/app/a.js:1:1)", "error"],
  ["warn: low on disk", "warning"],
  // plain text
  ["hello", "info"],
  ["", "info"],
  ["0 errors, 0 warnings", "info"],
  ["errors are fun", "info"],
])("%s is %s", (line, level) => {
  expect(levelOf(line)).toBe(level);
});

test("a hostile line costs no time", () => {
  const lines = [
    '"GET ' + "a ".repeat(200_000),
    "[".repeat(200_000),
    "{" + '"level":'.repeat(50_000),
    " at ".repeat(100_000),
    "level=".repeat(100_000),
    "A".repeat(300) + ": ".repeat(100_000),
  ];
  const beganMs = performance.now();
  for (const line of lines) levelOf(line);
  expect(performance.now() - beganMs).toBeLessThan(200);
});
