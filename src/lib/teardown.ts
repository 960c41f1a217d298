/** What was opened, closed again in the opposite order, also when something after it could not be opened. */
type Close = () => Promise<void> | void;

export class Teardown {
  readonly #closes: Close[] = [];

  add(close: Close): void {
    this.#closes.unshift(close);
  }

  /** Closes everything once. What fails does not keep the rest open; the first failure is thrown at the end. */
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
