/** One line of the output of `latchkey doctor`. */
export interface Finding {
  readonly check: string;
  readonly isRight: boolean;
  readonly found: string;
  /** What the operator should do; empty if all is right. */
  readonly advice: string;
}
