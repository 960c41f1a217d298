/** The base class of the faults that the operator can mend: the message says what is wrong and what to do, so nobody needs the stack. */

interface Details extends ErrorOptions {
  readonly advice?: string;
}

/** `advice` is the last part of the message, after a space or a line break of its own. It is empty if the problem says it all. */
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
