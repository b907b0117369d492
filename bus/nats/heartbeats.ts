import { isToken } from "../kernel/ids.ts";
import { Heartbeat } from "../messages/commands.ts";
import type { Principal } from "../messages/principals.ts";
import type { HeartbeatSender, HeartbeatSource } from "../ports/work.ts";
import type { Subjects } from "../subjects.ts";
import type { Wire } from "./connection.ts";
import { readJson } from "./consume.ts";
import { listen } from "./listen.ts";

/** Makes one principal's way to say that it lives. */
export function createHeartbeatSender(wire: Wire, subjects: Subjects, principal: Principal): HeartbeatSender {
  return {
    beat(heartbeat) {
      const parsed = Heartbeat.safeParse(heartbeat);
      if (!parsed.success || parsed.data.part !== principal || !isToken(parsed.data.instance) || !wire.isUp())
        return;
      wire.publish(subjects.beat(principal, parsed.data.instance), JSON.stringify(parsed.data));
    },
  };
}

/** Makes the orchestrator's view of who lives; a beat counts only on its own part's subject. */
export function createHeartbeatSource(wire: Wire, subjects: Subjects): HeartbeatSource {
  return {
    watchHeartbeats: (onBeat, signal) =>
      listen(wire, subjects.allBeats, signal, (message) => {
        const [, , part, instance] = message.subject.split(".");
        const beat = read(message.data);
        if (beat && beat.part === part && beat.instance === instance && !signal.aborted) onBeat(beat);
      }),
  };
}

function read(body: Uint8Array): Heartbeat | undefined {
  try {
    return Heartbeat.safeParse(readJson(body, "heartbeat")).data;
  } catch {
    return undefined;
  }
}
