/** One line of `latchkey doctor`. */
export interface Finding {
  readonly check: string;
  readonly isRight: boolean;
  readonly found: string;
  /** What to do; empty when all is right. */
  readonly advice: string;
}
