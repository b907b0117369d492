import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { approveSettings, readApprovals } from "../../../stacks/policy/approvals.ts";
import { assertChangeAllowed, findAddedDangers } from "../../../stacks/policy/change-guard.ts";
import { findDangerousSettings } from "../../../stacks/policy/dangerous-settings.ts";
import type { ProjectPlaces } from "../../../stacks/policy/place-dangers.ts";

let root: string;
let places: ProjectPlaces;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "dockfra-policy-"));
  const treeDir = join(root, "dockfra", "releases", "shop", "abc");
  mkdirSync(join(treeDir, "app"), { recursive: true });
  mkdirSync(join(root, "shop", "data"), { recursive: true });
  places = {
    ...{ treeDir, stackDir: treeDir, root },
    ownDir: join(root, "shop"),
    stateDir: join(root, "dockfra"),
  };
});

afterEach(() => rm(root, { recursive: true, force: true }));

const found = (config: object): string[] =>
  findDangerousSettings("shop", { name: "shop", ...config }, places).map(
    ({ service, setting }) => `${service}: ${setting}`,
  );
const ofService = (service: object): string[] => found({ services: { web: service } });
const bind = (source: string, more: object = {}): object => ({
  volumes: [{ type: "bind", source, target: "/x", ...more }],
});

describe("settings that reach beyond a container", () => {
  it("are found in a service of any name that Compose starts", () => {
    const services = JSON.parse(
      '{"__proto__": {"privileged": true}, "constructor": {"pid": "host"}}',
    ) as object;
    expect(found({ services })).toEqual(["__proto__: privileged", "constructor: pid host"]);
  });

  it("finds nothing in an ordinary stack", () => {
    const web = {
      image: "nginx",
      cap_drop: ["ALL"],
      cap_add: ["NET_BIND_SERVICE", "CAP_CHOWN"],
      security_opt: ["no-new-privileges:true"],
      network_mode: "bridge",
      ipc: "private",
      ...{ build: { context: join(places.treeDir, "app"), dockerfile: "Dockerfile" } },
      volumes: [
        { type: "bind", source: join(places.treeDir, "app"), target: "/app" },
        { type: "bind", source: join(places.treeDir, "data"), target: "/data" },
        { type: "bind", source: "/etc/localtime", target: "/etc/localtime", read_only: true },
        { type: "volume", source: "db", target: "/db" },
      ],
    };
    const volumes = {
      db: { name: "shop_db" },
      fast: { name: "shop_fast", driver_opts: { type: "tmpfs", device: "tmpfs" } },
    };
    expect(found({ services: { web }, volumes, networks: { default: { name: "shop_default" } } })).toEqual(
      [],
    );
  });

  it.each<[string, object]>([
    ["privileged", { privileged: true }],
    ["network_mode host", { network_mode: "host" }],
    ["network_mode container:db", { network_mode: "container:db" }],
    ["pid host", { pid: "host" }],
    ["ipc host", { ipc: "host" }],
    ["uts host", { uts: "host" }],
    ["userns_mode host", { userns_mode: "host" }],
    ["cgroup host", { cgroup: "host" }],
    ["cgroup_parent /machine", { cgroup_parent: "/machine" }],
    ["runtime nvidia", { runtime: "nvidia" }],
    ["cap_add SYS_ADMIN", { cap_add: ["SYS_ADMIN"] }],
    ["cap_add ALL", { cap_add: ["all"] }],
    ["security_opt seccomp:unconfined", { security_opt: ["seccomp:unconfined"] }],
    ["security_opt seccomp=/tmp/loose.json", { security_opt: ["seccomp=/tmp/loose.json"] }],
    ["security_opt label:disable", { security_opt: ["label:disable"] }],
    [
      'device {"source":"/dev/kmsg","target":"/dev/kmsg"}',
      { devices: [{ source: "/dev/kmsg", target: "/dev/kmsg" }] },
    ],
    ["device_cgroup_rules a *:* rwm", { device_cgroup_rules: ["a *:* rwm"] }],
    ["group_add 998", { group_add: [998] }],
    ["volumes_from container:other", { volumes_from: ["container:other"] }],
    ['sysctls {"net.ipv4.ip_forward":"1"}', { sysctls: { "net.ipv4.ip_forward": "1" } }],
    ["use_api_socket", { use_api_socket: true }],
    ["privileged hook", { post_start: [{ command: ["x"], privileged: true }] }],
    ['provider {"type":"anything"}', { provider: { type: "anything" } }],
    ["build privileged", { build: { privileged: true } }],
    ["build network host", { build: { network: "host" } }],
    ["build entitlement security.insecure", { build: { entitlements: ["security.insecure"] } }],
    ["build from /etc", { build: { context: "/etc" } }],
    ["build from /root", { build: { context: ".", additional_contexts: { home: "/root" } } }],
    ["mount /", bind("/")],
    ["mount /etc (read-only)", bind("/etc", { read_only: true })],
    ["mount /etc/localtime", bind("/etc/localtime")],
    ["mount /var/run/docker.sock", bind("/var/run/docker.sock")],
  ])("finds %s", (setting, service) => {
    expect(ofService(service)).toEqual([`web: ${setting}`]);
  });

  it("follows links and names that only look like the project's", () => {
    const link = join(places.treeDir, "link");
    symlinkSync("/etc", link);
    const state = join(places.treeDir, "dockfra");
    expect(ofService(bind(link))).toEqual(["web: mount /etc"]);
    // what a release lacks would be taken from the stack's own directory
    places = { ...places, ownDir: root };
    expect(ofService(bind(state))).toEqual([`web: mount ${join(root, "dockfra")}`]);
    expect(ofService(bind(join(places.treeDir, ".git")))).toEqual([`web: mount ${join(root, ".git")}`]);
    expect(ofService(bind(join(root, "dockfra", "keys")))).toEqual([
      `web: mount ${join(root, "dockfra", "keys")}`,
    ]);
    expect(ofService(bind(root))).toEqual([`web: mount ${root}`]);
    expect(ofService(bind(join(root, "other")))).toEqual([]);
    expect(ofService(bind(`${places.treeDir}-else`))).toHaveLength(1);
  });

  it("finds volumes, networks and files that are not the project's", () => {
    expect(
      found({
        volumes: {
          a: { name: "shop_a", driver_opts: { type: "none", o: "bind", device: "/etc" } },
          b: { name: "shop_b", driver_opts: { type: "nfs", o: "addr=10.0.0.1", device: ":/share" } },
          c: { name: "other_db", external: true },
          d: { name: "others" },
          e: { name: "shop_e", driver: "vieux/sshfs" },
          f: { name: "shop_f", driver_opts: { o: "bind", device: join(root, "shop", "data") } },
        },
        networks: { lan: { name: "shop_lan", driver: "macvlan" }, all: { name: "all", external: true } },
        secrets: { key: { file: "/root/.ssh/id_ed25519" } },
      }),
    ).toEqual([
      ": volume a mounts /etc",
      ": volume b device :/share",
      ": volume other_db of others",
      ": volume others of others",
      ": volume e driver vieux/sshfs",
      ": network lan driver macvlan",
      ": network all of others",
      ": file /root/.ssh/id_ed25519 as key",
    ]);
  });

  it("finds env files from outside, and those whose name a value tells", () => {
    const raw = {
      services: {
        web: { env_file: [{ path: join(places.treeDir, "own.env") }, { path: "/etc/shadow" }] },
        db: { env_file: [join(places.treeDir, "${NAME}.env")] },
      },
    };
    const settings = findDangerousSettings("shop", { name: "shop" }, places, raw);
    expect(settings.map(({ service, setting }) => `${service}: ${setting}`)).toEqual([
      "web: env_file /etc/shadow",
      "db: env_file ${NAME}.env",
    ]);
  });

  it("classes each and gives it a hash that stays", () => {
    const config = { name: "shop", services: { web: { privileged: true, ...bind("/run/docker.sock") } } };
    const [first, second] = findDangerousSettings("shop", config, places);
    expect([first?.kind, second?.kind]).toEqual(["privileged", "engine_socket"]);
    expect(first?.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(findDangerousSettings("shop", config, places)[0]?.hash).toBe(first?.hash);
    expect(findDangerousSettings("else", config, places)[0]?.hash).not.toBe(first?.hash);
  });
});

describe("a change that adds such settings", () => {
  const change = (before: readonly string[]): Parameters<typeof assertChangeAllowed>[0] => {
    const config = { name: "shop", services: { web: { privileged: true, pid: "host" } } };
    const next = findDangerousSettings("shop", config, places);
    return { stack: "shop", stateDir: places.stateDir, next, before };
  };

  it("is refused until a person accepts each", () => {
    const all = change([]).next.map(({ hash }) => hash);
    expect(() => assertChangeAllowed(change([]))).toThrow(
      expect.objectContaining({
        ...{ code: "dangerous_change", kind: "denied" },
        params: {
          stack: "shop",
          settings: "web: privileged; web: pid host",
          hashes: all.join(" "),
          count: 2,
        },
      }),
    );
    expect(() => approveSettings(places.stateDir, [...all, "0123456789abcdef"], "kim")).toThrow(
      expect.objectContaining({
        ...{ code: "approval_unknown", kind: "not_found" },
        params: { hash: "0123456789abcdef", known: expect.stringContaining("shop: web: pid host") },
      }),
    );
    expect([...readApprovals(places.stateDir)]).toEqual([]);
    approveSettings(places.stateDir, all.slice(0, 1), "kim");
    expect(findAddedDangers(change([])).map(({ setting }) => setting)).toEqual(["pid host"]);
    approveSettings(places.stateDir, all.slice(1), "kim");
    expect(() => assertChangeAllowed(change([]))).not.toThrow();
    expect([...readApprovals(places.stateDir)].toSorted()).toEqual(all.toSorted());
  });

  it("may keep what was there before", () => {
    const all = change([]).next.map(({ hash }) => hash);
    expect(() => assertChangeAllowed(change(all))).not.toThrow();
  });

  it.each(["", "../../x", "ABCDEF0123456789", "0123456789abcdef0"])("takes no %o for a hash", (hash) => {
    expect(() => approveSettings(places.stateDir, [hash], "kim")).toThrow(
      expect.objectContaining({ code: "approval_invalid" }),
    );
  });

  it("does not mind other files among the approvals", () => {
    readApprovals(places.stateDir);
    writeFileSync(join(places.stateDir, "monitor", "approvals", "note.txt"), "x");
    expect(readApprovals(places.stateDir).size).toBe(0);
  });
});
