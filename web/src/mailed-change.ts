/** What follows where a mailed code has changed something of a user, who may be the one that is signed in here. */
import type { FieldError } from './failures.js';
import { say } from './notices.js';
import { go } from './route.js';
import { reviewSession } from './session.js';

/** @param errors what was wrong; then nothing has changed, and nothing follows */
export async function concludeChange(errors: readonly FieldError[] | undefined, done: string): Promise<readonly FieldError[]> {
  if (errors !== undefined && errors.length > 0) return errors;
  await reviewSession();
  say(done);
  go('', true);
  return [];
}
