import { platform } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { NatsFetchJob } from "./source.ts";

/** The image whose nats-server is a program without libraries of its own, so it runs on the host. */
export const natsImage = "nats:2-alpine";

/** Copies nats-server out of its container image; needs a Docker engine and a Linux host. */
export async function copyFromContainer({ dir, signal, onProgress }: NatsFetchJob): Promise<void> {
  if (platform() !== "linux") throw new Error("the program in the image runs on Linux only");
  onProgress({ text: `container image: ${natsImage}` });
  const options = { cancelSignal: signal, stdin: "ignore" } as const;
  const { stdout: id } = await execa("docker", ["create", "--quiet", natsImage], {
    ...options,
    timeout: 120_000,
  });
  try {
    await execa("docker", ["cp", `${id}:/usr/local/bin/nats-server`, join(dir, "nats-server")], options);
  } finally {
    // Not cancelled by the caller's signal: the container must not stay.
    await execa("docker", ["rm", "--force", id], { reject: false });
  }
}
