/** Prepares sessions before each round, for the comparisons of refreshes and logouts, which use them up. */
import { emailOf } from './contenders.js';

const USERS = 50;
const AT_ONCE = 16;

/** Logs in until there are that many unused sessions. */
export async function stock(tokens, howMany, openSession) {
  while (tokens.length < howMany) {
    const batch = Math.min(AT_ONCE, howMany - tokens.length);
    const opened = await Promise.all(Array.from({ length: batch }, (_, index) => openSession(emailOf((tokens.length + index) % USERS))));
    tokens.push(...opened);
  }
}
