import { describe, expect, test } from "vitest";
import { portMistake } from "../../../stacks/discover/port-spec.ts";

describe("short ports", () => {
  test.each([
    "80",
    "8080:80",
    "127.0.0.1:8080:80",
    "127.0.0.1::80",
    "[::1]:80:80",
    "::1:80:80",
    "3000-3005",
    "9090-9091:8080-8081",
    "9000-9010:80",
    "53:53/udp",
    "53:53/UDP",
    "${P}:80",
    "0:80",
  ])("%s is taken", (spec) => {
    expect(portMistake(spec)).toBeUndefined();
  });
  test.each([
    ["80null", "Invalid containerPort: 80null"],
    ["80:0", "Invalid containerPort: 0"],
    ["80:", "No port specified: 80:<empty>"],
    ["x:80", "Invalid hostPort: x"],
    ["host:80:80", "Invalid ip address: host"],
    ["80:80/ftp", "Invalid proto: ftp"],
    ["70000:80", "Invalid hostPort: 70000"],
    ["5-3", "Invalid containerPort: 5-3"],
    ["80:90-95", "Invalid ranges specified for container and host Ports: 90-95 and 80"],
  ])("%s is refused as Compose does", (spec, message) => {
    expect(portMistake(spec)).toBe(message);
  });
});
