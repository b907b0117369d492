import type { Clock } from "../bus/kernel/clock.ts";
import type { Heartbeat } from "../bus/messages/commands.ts";

/** A part that beat this long ago at most counts as alive, in milliseconds. */
export const aliveForMs = 7_000;

/** Who is alive and what each has in work, by their heartbeats. */
export function createPresence(clock: Clock) {
  const beats = new Map<string, { beat: Heartbeat; seenAtMs: number }>();
  const sinceMs = clock.nowMs();

  function alive(): { beat: Heartbeat; seenAtMs: number }[] {
    const now = clock.nowMs();
    for (const [instance, { seenAtMs }] of beats)
      if (now - seenAtMs > aliveForMs * 20) beats.delete(instance);
    return [...beats.values()].filter(({ seenAtMs }) => now - seenAtMs <= aliveForMs);
  }

  return {
    seen(beat: Heartbeat): void {
      beats.set(beat.instance, { beat, seenAtMs: clock.nowMs() });
    },
    /** Whether enough time has passed to have heard of everyone. */
    isComplete: (): boolean => clock.nowMs() - sinceMs >= aliveForMs,
    isRunning: (commandId: string): boolean => alive().some(({ beat }) => beat.running.includes(commandId)),
    /** Whether this instance is alive with this command in work. */
    holds: (instance: string, commandId: string): boolean =>
      alive().some(({ beat }) => beat.instance === instance && beat.running.includes(commandId)),
    parts: () =>
      alive().map(({ beat, seenAtMs }) => ({
        part: beat.part,
        instance: beat.instance,
        pid: beat.pid,
        running: beat.running,
        seenAtMs,
      })),
  };
}
export type Presence = ReturnType<typeof createPresence>;
