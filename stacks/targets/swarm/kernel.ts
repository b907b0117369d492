import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/**
 * Whether this machine's kernel is known to be built without what spreads connections over a service's tasks (IPVS); `false` where
 * the kernel does not tell how it was built.
 */
export function kernelLacksBalancing(file: string = "/proc/config.gz"): boolean {
  try {
    const text = gunzipSync(readFileSync(file)).toString();
    return /^# CONFIG_NETFILTER\b|^CONFIG_NETFILTER=/m.test(text) && !/^CONFIG_IP_VS=[ym]$/m.test(text);
  } catch {
    // most kernels do not tell, and nearly all of them have it
    return false;
  }
}
