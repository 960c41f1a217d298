/** The passwords room: hashing, and the rules for new passwords. */
import type { World } from '../../world.js';
import { PasswordPolicy } from './password-policy.js';
import { type PasswordCost, Passwords } from './passwords.js';
import { PwnedPasswords } from './pwned-passwords.js';

export function openPasswords(world: World, { passwordCost }: { readonly passwordCost: PasswordCost }) {
  const passwords = new Passwords(world, { passwordCost });
  const policy = new PasswordPolicy(world, { pwnedPasswords: new PwnedPasswords(world) });
  return { parts: { passwords, policy }, resolvers: [] };
}
