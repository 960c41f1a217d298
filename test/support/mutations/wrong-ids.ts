/** Ids to which no user and no object belongs. */
import type { MutationExample } from './mutation-example.js';

const WRONG_IDS = {
  'an unknown id': 'A'.repeat(22),
  'an id that is a UUID': '01890a5d-ac96-774b-bcce-b302099a8057',
  'a number': 7,
  'an address': 'ada@example.com',
  'a pattern': '%',
  'an injected condition': "' OR 1=1 --",
  'the name of a prototype': '__proto__',
};

/** These ids as refusals of a mutation whose field must name something that exists. */
export function wrongIds(field: string): MutationExample['refused'] {
  return Object.fromEntries(Object.entries(WRONG_IDS).map(([what, id]) => [what, () => [{ [field]: id }, 'NOT_FOUND'] as const]));
}
