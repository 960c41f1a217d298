/** What the tests know of a mutation: who may send it, a valid input, and the answers to invalid ones. */
import { mutate, userErrorsOf } from './mutations.js';
import type { World } from './world.js';

export interface MutationExample {
  readonly by: 'anybody' | 'user' | 'administrator';
  /** A valid input with every field; null for a mutation without an input. */
  readonly input: ((world: World) => Readonly<Record<string, unknown>>) | null;
  /** The answer to a bad text in each field, and to a far too long one if that differs. */
  readonly texts: Readonly<Record<string, string | { readonly bad: string; readonly long: string }>>;
  /** Fields to replace in the input, and the expected answer; after such a refusal nothing has changed. */
  readonly refused: Readonly<Record<string, (world: World) => readonly [instead: object, answer: string]>>;
  /** When it is sent twice at once, one succeeds; these are the possible answers to the other. */
  readonly second: readonly string[];
  /** The audit events that this adds. */
  readonly leaves: Readonly<Record<string, number>>;
}

export type MutationExamples = Readonly<Record<string, MutationExample>>;

/** Returns `ok`, the codes of the user errors, or the code and reason of the error. */
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
