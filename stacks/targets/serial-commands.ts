/** Runs commands one after the other; one that is asked again while it waits or runs is not run twice. */
export class SerialCommands<T> {
  readonly #flights = new Map<string, Promise<T>>();
  #last: Promise<unknown> = Promise.resolve();

  /** Whether a command waits or runs now. */
  isRunning(commandId: string): boolean {
    return this.#flights.has(commandId);
  }

  run(commandId: string, work: () => Promise<T>): Promise<T> {
    const flying = this.#flights.get(commandId);
    if (flying) return flying;
    const flight = this.#last.then(work, work).finally(() => this.#flights.delete(commandId));
    this.#last = flight.catch(() => undefined);
    this.#flights.set(commandId, flight);
    return flight;
  }
}

const lines = new Map<string, SerialCommands<unknown>>();

/** The commands of one place, whoever asks: two targets of the same stack do not work at the same time. */
export function serialCommandsOf<T>(place: string): SerialCommands<T> {
  const known = lines.get(place) ?? new SerialCommands<unknown>();
  lines.set(place, known);
  return known as SerialCommands<T>;
}
