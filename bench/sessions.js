/** Sessions in stock, made before each round and used up in it: what a measurement of refreshes and logouts needs. */
import { emailOf } from './contenders.js';

const USERS = 50;
const AT_ONCE = 16;

/** Logs in as often as it takes to have that many tokens that are still good. */
export async function stock(tokens, howMany, openSession) {
  while (tokens.length < howMany) {
    const batch = Math.min(AT_ONCE, howMany - tokens.length);
    const opened = await Promise.all(Array.from({ length: batch }, (_, index) => openSession(emailOf((tokens.length + index) % USERS))));
    tokens.push(...opened);
  }
}
