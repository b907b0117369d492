import { chmod } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Cause } from "../../../stacks/diagnose/cause.ts";
import { EventMemory } from "../../../stacks/watch/event-memory.ts";
import { followEvents } from "../../../stacks/watch/follow-events.ts";
import { describeWithEngine } from "../../support/engine.ts";
import { docker, openBench, type Bench, type BrokenStack } from "./bench.ts";

/** Each service is broken in one way; what it needs to run is what the fix gives. */
const yaml = `
services:
  bind-denied: {image: busybox, user: "1234", init: true, command: ["sh", "-c", "echo x > /data/f && sleep 600"], volumes: ["./data:/data"]}
  mount-read-only: {image: busybox, init: true, command: ["sh", "-c", "echo x > /data/f && sleep 600"], volumes: ["./other:/data:ro"]}
  root-read-only: {image: busybox, init: true, read_only: true, command: ["sh", "-c", "echo x > /var/f && sleep 600"]}
  memory: {image: busybox, init: true, mem_limit: 8m, memswap_limit: 8m, command: ["sh", "-c", "[ $$(head -c 24m /dev/zero | tail -c 24m | wc -c) = 25165824 ] && sleep 600"]}
  no-shebang: {image: busybox, entrypoint: ["/run.sh"], volumes: ["./no-shebang.sh:/run.sh"]}
  not-executable: {image: busybox, init: true, entrypoint: ["/run.sh"], volumes: ["./not-executable.sh:/run.sh"]}
  no-command: {image: "\${SLEEPER}", init: true, command: ["definitely-not-there"]}
  no-user: {image: busybox, init: true, user: nosuch, command: ["sleep", "600"]}
  open-files: {image: busybox, ulimits: {nofile: 40}, init: true, command: ["sh", "-c", "ulimit -n && seq 3 60 | while read n; do :; done; i=3; while [ $$i -lt 60 ]; do eval \\"exec $$i</etc/passwd\\" || exit 1; i=$$((i+1)); done; sleep 600"]}
  processes: {image: busybox, init: true, pids_limit: 4, command: ["sh", "-c", "for i in 1 2 3 4 5 6; do sleep 600 & done; wait"]}
  memory-disk: {image: busybox, init: true, tmpfs: ["/data:size=64k"], command: ["sh", "-c", "dd if=/dev/zero of=/data/f bs=1k count=200 && sleep 600"]}
  misspelt: {image: busybox, init: true, command: ["sh", "-c", "wget -q -O /dev/null http://databse:80/ && sleep 600"]}
  database: {image: busybox, init: true, command: ["sh", "-c", "echo ok > /tmp/index.html; httpd -f -p 80 -h /tmp"]}
  wrong-port: {image: busybox, init: true, command: ["wget", "-q", "-O", "/dev/null", "http://database:81/"]}
  loop: {image: busybox, init: true, restart: always, command: ["sh", "-c", "echo boom; exit 3"]}
  no-curl: {image: busybox, init: true, command: ["sh", "-c", "echo ok > /tmp/index.html; httpd -f -p 80 -h /tmp"], healthcheck: {test: ["CMD", "curl", "-f", "http://127.0.0.1/"], interval: 1s, retries: 1}}
  directory: {image: busybox, init: true, command: ["sleep", "600"], volumes: ["./settings.conf:/etc/passwd"]}
  nowhere: {image: busybox, init: true, command: ["sh", "-c", "echo ok > /tmp/index.html; httpd -f -p 3000 -h /tmp"], ports: ["127.0.0.1::80"]}
  loopback: {image: busybox, init: true, command: ["sh", "-c", "httpd -f -p 127.0.0.1:80 -h /tmp"], ports: ["127.0.0.1::80"]}
  acme: {image: busybox, init: true, volumes: ["./acme:/acme"], command: ["sh", "-c", "[ $$(stat -c %a /acme/acme.json) = 600 ] || { echo 'unable to get ACME account: permissions 644 for /acme/acme.json are too open, please use 600'; exit 1; }; sleep 600"]}
  socket: {image: busybox, init: true, user: "1234:1234", volumes: ["/var/run/docker.sock:/var/run/docker.sock"], command: ["sh", "-c", "[ -w /var/run/docker.sock ] || { echo 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock'; exit 1; }; sleep 600"]}
  isolated: {image: busybox, init: true, networks: [side], command: ["sh", "-c", "wget -q -O /dev/null http://database:80/ && sleep 600"]}
networks: {side: {}}
`;

/** What inspect does not tell any more. */
const eventful = `
services:
  forgets: {image: busybox, init: true, restart: always, stop_grace_period: 0s, mem_limit: 8m, memswap_limit: 8m, command: ["sh", "-c", "[ ! -f /again ] || sleep 600; touch /again; head -c 24m /dev/zero | tail -c 24m > /dev/null; exit 1"]}
  gone: {image: busybox, init: true, command: ["sh", "-c", "exit 4"]}
`;

const broken = [...yaml.matchAll(/^ {2}([a-z-]+): \{image/gm)].map(([, name]) => name ?? "");

describeWithEngine("causes that only events know", () => {
  test(
    "memory that ran out before a new start, and a container that is gone",
    { timeout: 90_000 },
    async () => {
      await using bench = await openBench();
      const memory = new EventMemory();
      const end = new AbortController();
      const up = Promise.withResolvers<unknown>();
      const following = followEvents({
        signal: end.signal,
        onEvent: (event) => memory.take(event),
        onUp: up.resolve,
        onLost: () => undefined,
      });
      await up.promise;
      try {
        const stack = await bench.stack("e", eventful);
        await stack.up();
        const { project } = stack.place;
        const gone = `${project}-gone-1`;
        await stack.until("gone", ({ Status }) => Status === "exited");
        await docker("rm", gone);
        const seen = async (): Promise<Record<string, unknown>> => {
          const { stdout } = await docker(
            "inspect",
            "--format",
            "{{.State.OOMKilled}}",
            `${project}-forgets-1`,
          );
          const causes = await stack.causes({ events: memory.list(project) });
          const about = causes.filter(({ severity }) => severity === "error");
          return {
            ...Object.fromEntries(about.map(({ service = "", code }) => [service, code])),
            isForgotten: stdout === "false",
            sources: [...new Set(about.flatMap(({ evidence }) => evidence.map(({ source }) => source)))],
          };
        };
        await expect.poll(seen, { timeout: 60_000, interval: 300 }).toEqual({
          ...{ forgets: "cause_out_of_memory", gone: "cause_removed", isForgotten: true, sources: ["event"] },
        });
      } finally {
        end.abort();
        await following;
      }
    },
  );
});

describeWithEngine("causes in containers", () => {
  let bench: Bench;
  let stack: BrokenStack;

  beforeAll(async () => {
    bench = await openBench();
    stack = await bench.stack("c", yaml.replace("${SLEEPER}", `${bench.prefix}sleeper`), {
      files: {
        "no-shebang.sh": "sleep 600\n",
        "not-executable.sh": "#!/bin/sh\nsleep 600\n",
        "acme/acme.json": "{}",
        "data/.keep": "",
        "other/.keep": "",
        Dockerfile: 'FROM busybox\nCMD ["sleep", "600"]\n',
      },
    });
    await chmod(stack.path("no-shebang.sh"), 0o755);
    await chmod(stack.path("not-executable.sh"), 0o644);
    await docker("build", "--quiet", "--tag", `${bench.prefix}sleeper`, stack.place.dir);
    // one failed start must not keep the others from theirs
    await docker(
      "compose",
      "--project-name",
      stack.place.project,
      "--project-directory",
      stack.place.dir,
      "create",
    );
    // others call it as soon as they run
    await docker("start", `${stack.place.project}-database-1`);
    await Promise.all(broken.map((name) => docker("start", `${stack.place.project}-${name}-1`)));
    await stack.until("loop", ({ Status }) => Status === "restarting");
    await stack.until("no-curl", ({ Health }) => Health?.Status === "unhealthy");
    await stack.until("memory", ({ Status }) => Status === "exited");
  }, 120_000);

  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
    await docker("image", "rm", `${bench.prefix}sleeper`);
  }, 60_000);

  test("each has its own cause, with a line that proves it", async () => {
    let causes: Cause[] = [];
    const find = async (): Promise<Record<string, string>> => {
      causes = await stack.causes();
      const errors = causes.filter(({ severity }) => severity === "error");
      return Object.fromEntries(errors.map(({ service = "", code }) => [service, code]));
    };
    await expect.poll(find, { timeout: 60_000, interval: 2_000 }).toEqual({
      "bind-denied": "cause_bind_denied",
      "mount-read-only": "cause_mount_read_only",
      "root-read-only": "cause_root_read_only",
      memory: "cause_out_of_memory",
      "no-shebang": "cause_script_without_interpreter",
      "not-executable": "cause_not_executable",
      "no-command": "cause_command_not_found",
      "no-user": "cause_user_unknown",
      "open-files": "cause_too_many_files",
      processes: "cause_out_of_processes",
      "memory-disk": "cause_tmpfs_full",
      misspelt: "cause_host_unknown",
      "wrong-port": "cause_dependency_port",
      loop: "cause_crash_loop",
      "no-curl": "cause_health_tool_missing",
      directory: "cause_directory_for_file",
      nowhere: "cause_port_wrong",
      loopback: "cause_listens_on_loopback",
      acme: "cause_acme_mode",
      socket: "cause_socket_denied",
      isolated: "cause_other_network",
    });
    for (const { evidence } of causes) expect(evidence.length).toBeGreaterThan(0);
  });

  test.each([
    ["bind-denied", "cause_bind_denied", "fix_owner"],
    ["mount-read-only", "cause_mount_read_only", "fix_mount_writable"],
    ["root-read-only", "cause_root_read_only", "fix_tmpfs"],
    ["memory", "cause_out_of_memory", "fix_memory"],
    ["no-shebang", "cause_script_without_interpreter", "fix_run_by_shell"],
    ["not-executable", "cause_not_executable", "fix_mode"],
    ["no-command", "cause_command_not_found", "fix_command_of_image"],
    ["no-user", "cause_user_unknown", "fix_user_of_image"],
    ["open-files", "cause_too_many_files", "fix_open_files_of_engine"],
    ["processes", "cause_out_of_processes", "fix_processes"],
    ["memory-disk", "cause_tmpfs_full", "fix_tmpfs_size"],
    ["no-curl", "cause_health_tool_missing", "fix_health_check"],
    ["directory", "cause_directory_for_file", "fix_file_create"],
    ["nowhere", "cause_port_wrong", "fix_port_target"],
    ["acme", "cause_acme_mode", "fix_mode"],
    ["socket", "cause_socket_denied", "fix_socket_group"],
    ["isolated", "cause_other_network", "fix_join_network"],
  ])(
    "%s runs after %s is fixed by %s",
    async (service, code, fix) => {
      await stack.fix(await stack.cause(code, service), fix);
      const left = (await stack.causes()).filter(
        (one) => one.service === service && one.severity === "error",
      );
      expect(left).toEqual([]);
    },
    90_000,
  );
});
