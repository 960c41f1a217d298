/** What the tests know of a mutation: who may send it, an input that is taken, and what is said of those that are not. */
import { mutate, userErrorsOf } from './mutations.js';
import type { World } from './world.js';

export interface MutationExample {
  readonly by: 'anybody' | 'user' | 'administrator';
  /** An input that is taken, with every field; null for a mutation without one. */
  readonly input: ((world: World) => Readonly<Record<string, unknown>>) | null;
  /** What is said of a bad text, by the field where it stands; of one that is far too long, if that is something else. */
  readonly texts: Readonly<Record<string, string | { readonly bad: string; readonly long: string }>>;
  /** What stands in the input instead, and the answer; nothing at all has changed afterwards. */
  readonly refused: Readonly<Record<string, (world: World) => readonly [instead: object, answer: string]>>;
  /** Sent twice at once: one is taken; this is what the other gets. */
  readonly second: readonly string[];
  /** The events that are added then. */
  readonly leaves: Readonly<Record<string, number>>;
}

export type MutationExamples = Readonly<Record<string, MutationExample>>;

/** `ok`, the codes of what the user got wrong, or code and reason of the error. */
export async function sendMutation({ app }: World, name: string, input: unknown, token?: string): Promise<string> {
  const selection = 'userErrors { code }';
  const answer =
    input === undefined
      ? await app.send(`mutation { ${name} { ${selection} } }`, { token })
      : await mutate(app, name, input as object, selection, token);
  const [error] = answer.errors ?? [];
  if (error === undefined) return userErrorsOf(answer, name);
  return [error.extensions.code, error.extensions.reason].filter(Boolean).join(' ');
}

export function tokenFor({ ada, root }: World, by: MutationExample['by']): string | undefined {
  if (by === 'anybody') return undefined;
  return by === 'user' ? ada.accessToken : root.accessToken;
}
