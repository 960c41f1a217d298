/** Closes everything that was opened, in reverse order, even if opening failed halfway. */
type Close = () => Promise<void> | void;

export class Teardown {
  readonly #closes: Close[] = [];

  add(close: Close): void {
    this.#closes.unshift(close);
  }

  /** Closes everything once. If one close fails, the rest still close; then the first failure is thrown. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closes.splice(0)) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
