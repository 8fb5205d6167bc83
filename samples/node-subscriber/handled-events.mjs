// The ids of the latest events, so that a repeat is ignored. Good enough for a sample only: in production, insert the
// event id under a unique key in the same database transaction as your own write. Then a crash between the two, and two
// instances at once, are covered as well.
export class HandledEvents {
  #remembered = 10_000;
  #ids = new Set();

  // False when the event was handled before.
  tryAdd(id) {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    // A Set keeps the order of insertion: the first is the oldest.
    if (this.#ids.size > this.#remembered) this.#ids.delete(this.#ids.values().next().value);
    return true;
  }

  // For an event whose handling failed: it counts as new again.
  forget(id) {
    this.#ids.delete(id);
  }
}
