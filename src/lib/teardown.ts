/** Closes everything that was opened, in reverse order, even if opening failed halfway. */
type Close = () => Promise<void> | void;

interface Step {
  /** What the close waits for, for a message. */
  readonly name: string;
  readonly close: Close;
}

export class Teardown {
  readonly #steps: Step[] = [];
  #current: Step | null = null;

  add(close: Close, name = 'a part of the server'): void {
    this.#steps.unshift({ name, close });
  }

  /** What it is waiting for now, or null. */
  get waitingFor(): string | null {
    return this.#current?.name ?? null;
  }

  /** Closes everything once. If one close fails, the rest still close; then the first failure is thrown. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0)) {
      this.#current = step;
      try {
        await step.close();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#current = null;
    if (failures.length > 0) throw failures[0];
  }
}
