/** The devices of the interfaces that a run brings up: for what may only be done once all of a node's are there. */
export class Devices {
  readonly #devices: ReadonlyMap<string, PromiseWithResolvers<void>>;

  constructor(names: readonly string[]) {
    this.#devices = new Map(names.map((name) => [name, Promise.withResolvers<void>()]));
  }

  /** It is there, or will not be. */
  settle(name: string): void {
    this.#devices.get(name)?.resolve();
  }

  /** Resolves once those of all others are settled; with no name, those of all. Never rejects. */
  async others(name?: string): Promise<void> {
    await Promise.all([...this.#devices].flatMap(([each, { promise }]) => (each === name ? [] : [promise])));
  }
}
