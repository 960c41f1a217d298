/** Finishes a change by mailed code: it may have changed the user who is logged in here, so the session is reviewed. */
import type { FieldError } from './failures.js';
import { say } from './notices.js';
import { go } from './route.js';
import { reviewSession } from './session.js';

/** @param errors if there are any, nothing has changed and the form shows them */
export async function concludeChange(errors: readonly FieldError[] | undefined, done: string): Promise<readonly FieldError[]> {
  if (errors !== undefined && errors.length > 0) return errors;
  await reviewSession();
  say(done);
  go('', true);
  return [];
}
