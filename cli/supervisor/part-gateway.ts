import { connectClient } from "../../bus/nats/connect.ts";
import { readKey } from "../../bus/server/keys.ts";
import { startGateway } from "../../gateway/main.ts";
import { currentActor } from "../place/operator.ts";
import { otherRoots } from "../place/locks.ts";
import { portTaken, type GatewayPlace } from "./gateway-place.ts";
import type { PartContext } from "./part-protocol.ts";

/** Runs the gateway until its signal. @throws `gateway_port_taken` */
export async function gatewayPart(place: GatewayPlace, context: PartContext): Promise<void> {
  const { servers, prefix, credsDir, root, stateDir, log, signal, ready } = context;
  const { seed } = await readKey(credsDir, "gateway");
  await using bus = await connectClient({
    principal: "gateway",
    servers,
    prefix,
    seed,
    log,
    firstTimeoutMs: 30_000,
  });
  const gateway = await startGateway({
    ...place,
    bus,
    stateDir,
    log,
    signal,
    owner: currentActor().id,
    otherRoots: () => otherRoots(root),
  }).catch(async (error: unknown) => {
    throw isCode(error, "EADDRINUSE") ? await portTaken(place.port, root) : error;
  });
  bus.onReady(ready);
  await gateway.ended;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
