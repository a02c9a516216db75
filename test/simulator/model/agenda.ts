interface Item {
  at: number;
  run: () => void;
}

/** What is to happen at a later time. It has no timer: whoever drives the clock calls `runDue`. */
export class Agenda {
  readonly #items: Item[] = [];
  /** Told the time of each new item, so that a driver on a real clock can come back then. */
  onAdded: (at: number) => void = () => {};

  add(at: number, run: () => void): void {
    let index = this.#items.length;
    while (index > 0 && (this.#items[index - 1]?.at ?? at) > at) {
      index--;
    }
    this.#items.splice(index, 0, { at, run });
    this.onAdded(at);
  }

  runDue(now: number): void {
    for (let item = this.#items[0]; item !== undefined && item.at <= now; item = this.#items[0]) {
      this.#items.shift();
      item.run();
    }
  }
}
