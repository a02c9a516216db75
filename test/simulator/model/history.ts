/**
 * A value with its past, because EC2's listings and IMDS see a change only after a while. Versions older than
 * `keepMs` are forgotten, but for the newest of them.
 */
export class History<T> {
  readonly #versions: { at: number; value: T | undefined }[] = [];
  readonly #keepMs: number;

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** `undefined` means deleted. */
  set(at: number, value: T | undefined): void {
    while ((this.#versions[1]?.at ?? at) < at - this.#keepMs) {
      this.#versions.shift();
    }
    if (this.#keepMs === 0) {
      this.#versions.length = 0;
    }
    this.#versions.push({ at, value });
  }

  get current(): T | undefined {
    return this.#versions.at(-1)?.value;
  }

  /** The value as it was at a time; undefined before it existed. */
  asOf(time: number): T | undefined {
    for (let index = this.#versions.length - 1; index >= 0; index--) {
      const version = this.#versions[index];
      if (version !== undefined && version.at <= time) {
        return version.value;
      }
    }
    return undefined;
  }
}
