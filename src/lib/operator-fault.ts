/** The base class of faults that the operator can fix. The message says what is wrong and what to do, so nobody needs the stack. */

interface Details extends ErrorOptions {
  readonly advice?: string;
}

/** `advice` ends the message. A space precedes it unless it begins with a line break. It is empty if the problem says it all. */
export class OperatorFault extends Error {
  // Private, so that the log does not print it a second time.
  readonly #advice: string;

  constructor(problem: string, { advice = '', ...options }: Details = {}) {
    super(/^\s|^$/.test(advice) ? `${problem}${advice}` : `${problem} ${advice}`, options);
    this.#advice = advice;
  }

  /** What the operator should do. */
  get advice(): string {
    return this.#advice;
  }
}
