/** A command of the command line: the schema of its input, and the function that it runs. */
import { z } from 'zod';
import type { Outcome } from './errors.js';

/** The input is checked at each call, whether it comes from this process or through the control socket. */
export type Command<Input, Result> = (...input: Arguments<Input>) => Promise<Outcome<Result>>;

/** An input that needs nothing may be left out. */
// biome-ignore lint/complexity/noBannedTypes: `{}` asks here whether every property is optional
type Arguments<Input> = {} extends Input ? [input?: Input] : [input: Input];

/** The command does not accept the input. The message names each fault. */
export class WrongInput extends Error {
  override readonly name = 'WrongInput';
}

/** Pass a strict schema: an option that this version does not know must be a fault, not silently dropped. */
export function command<Input, Result>(
  input: z.ZodType<Input>,
  run: (input: Input) => Promise<Outcome<Result>> | Outcome<Result>,
): Command<Input, Result> {
  return async (...given) => {
    const { success, data, error } = input.safeParse(given[0] ?? {});
    if (!success) throw new WrongInput(z.prettifyError(error));
    return run(data);
  };
}

/** For commands that take nothing. */
export const NOTHING = z.strictObject({});
