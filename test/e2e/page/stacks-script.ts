import type { ScriptedMonitor } from "../../gateway/support/scripted-monitor.ts";

const minuteMs = 60_000;

/** Fills a scripted monitor with a shop that runs, of which one service does not. */
export function tellOfShop(monitor: ScriptedMonitor): void {
  const nowMs = Date.now();
  monitor.project = (view) => ({
    ...view,
    stacks: [
      ...view.stacks
        .filter(({ source }) => source !== "engine")
        .map((stack) => ({
          ...stack,
          services: [
            ...stack.services,
            { name: "db", image: "postgres:17", builds: false, ports: [] },
            { name: "worker", builds: true, ports: [] },
          ],
        })),
      {
        ...{ name: "blog", dir: "", absoluteDir: "/srv/blog", files: ["compose.yml"], variables: [] },
        services: [{ name: "ghost", image: "ghost:5", builds: false, ports: ["2368:2368"] }],
        ...{ missing: [], deployable: false, source: "engine" as const, running: "all" as const },
      },
    ],
  });
  const common = { stack: "web", restarts: 0, startedAtMs: nowMs - 42 * minuteMs };
  monitor.services.push(
    {
      ...{ ...common, service: "web", container: "web-web-1", image: "nginx:1.27", state: "running" },
      ...{ ports: ["127.0.0.1:18099->80/tcp"], imageUpdate: true },
    },
    { ...common, service: "db", container: "web-db-1", image: "postgres:17", state: "running", ports: [] },
    {
      ...{ ...common, service: "worker", container: "web-worker-1", image: "web-worker" },
      ...{ state: "restarting", restarts: 7, exitCode: 1, ports: [] },
    },
    {
      ...{ stack: "blog", service: "ghost", container: "blog-ghost-1", image: "ghost:5", state: "running" },
      ports: ["0.0.0.0:2368->2368/tcp"],
    },
  );
  for (const [service, base] of [
    ["web", 0.08],
    ["db", 0.3],
  ] as const)
    monitor.series.push({
      ...{ stack: "web", service, container: `web-${service}-1`, restarts: 0 },
      samples: Array.from({ length: 60 }, (_, index) => ({
        atMs: nowMs - (60 - index) * 2_000,
        cpu: base + 0.2 * Math.abs(Math.sin(index / 6)),
        memoryBytes: 90_000_000 + 400_000 * index,
        memoryLimitBytes: 2_000_000_000,
        rxBytes: index * 20_000 * (1 + (index % 5)),
        txBytes: index * 9_000,
      })),
    });
  const fix = { code: "fix_restart", params: { service: "worker" }, safe: true, undoable: false };
  monitor.diagnoses.push({
    ...{ id: "loop", code: "cause_crash_loop", severity: "error", stack: "web", service: "worker" },
    params: { service: "worker", restarts: 7, exitCode: 1 },
    evidence: [
      { source: "log of web-worker-1", text: '\u001B[31mError: relation "jobs" does not exist\u001B[0m' },
      { source: "inspect", text: "RestartCount 7, ExitCode 1" },
    ],
    fixes: [
      { ...fix, id: "restart" },
      {
        ...fix,
        id: "empty",
        code: "fix_volume_empty",
        safe: false,
        undoable: true,
        params: { service: "db", volume: "web_data" },
      },
    ],
    analysis: { text: "The table `jobs` is missing. **Run the migration** first.", lines: [] },
  });
  monitor.releases.push(
    {
      ...{ id: "r-2", stack: "web", commit: "f".repeat(40), by: "ada", atMs: nowMs - 3 * minuteMs },
      ...{ state: "current", images: [], restorable: true, ticket: "T-0001" },
    },
    {
      ...{ id: "r-1", stack: "web", commit: "e".repeat(40), by: "ada", atMs: nowMs - 300 * minuteMs },
      ...{ state: "kept", images: [], restorable: true },
    },
    {
      ...{ id: "r-0", stack: "web", commit: "d".repeat(40), by: "bob", atMs: nowMs - 900 * minuteMs },
      ...{ state: "failed", images: [], restorable: false, reason: "web did not become healthy" },
    },
  );
  monitor.diff = " services:\n   web:\n-    image: nginx:1.26\n+    image: nginx:1.27\n";
  monitor.devices.push({
    ...{ name: "kiosk", simulated: false, ssh: "pi@192.168.1.40:22", running: true, healthy: true },
    ...{ commit: "a".repeat(40), url: "http://192.168.1.40:8080", detail: "answers as the release r-2" },
  });
  monitor.previews.push({
    ...{ ticket: "T-0002", stack: "web", project: "web-t-0002", state: "running", commit: "c".repeat(40) },
    ...{ url: "http://127.0.0.1:31002", urls: { web: "http://127.0.0.1:31002" } },
    ...{ sinceMs: nowMs - minuteMs, expiresAtMs: nowMs + 600 * minuteMs },
  });
  monitor.log.push(
    ...Array.from({ length: 40 }, (_, index) => ({
      ...{
        service: index % 3 === 0 ? "db" : "web",
        atMs: nowMs - (40 - index) * 1_000,
        level: "info" as const,
      },
      text: `\u001B[32mGET\u001B[0m /basket/${index} 200`,
    })),
    { service: "worker", atMs: nowMs, level: "error", text: "<b>relation</b> jobs does not exist", gap: 12 },
  );
  monitor.suggestions.push(
    { value: "18111", label: "18111", code: "from_free_port", params: { port: 18_111 }, secret: false },
    { value: "Zk3very-random-secret", label: "random", code: "from_random", params: {}, secret: true },
  );
}
