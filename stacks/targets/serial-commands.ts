/** Runs commands one after the other; one that is asked again while it waits or runs is not run twice. */
export class SerialCommands<T> {
  readonly #flights = new Map<string, Promise<T>>();
  #last: Promise<unknown> = Promise.resolve();

  run(commandId: string, work: () => Promise<T>): Promise<T> {
    const flying = this.#flights.get(commandId);
    if (flying) return flying;
    const flight = this.#last.then(work, work).finally(() => this.#flights.delete(commandId));
    this.#last = flight.catch(() => undefined);
    this.#flights.set(commandId, flight);
    return flight;
  }
}
