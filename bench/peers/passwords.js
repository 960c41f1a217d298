/** Hashes passwords as Latchkey does: argon2id with the parameters of the OWASP Password Storage Cheat Sheet, or cheaper for a set-up. */
import { hash } from '@node-rs/argon2';

const ARGON2ID = 2;

export function hashPassword(password) {
  const memoryCost = Number(process.env.PASSWORD_MEMORY_KIB ?? 19_456);
  return hash(password, { memoryCost, timeCost: 2, parallelism: 1, algorithm: ARGON2ID });
}
