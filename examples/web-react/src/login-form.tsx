/** The form to log in or to register. */
import { AuthError } from 'latchkey/client';
import { useActionState } from 'react';
import { auth } from './session.js';

export function LoginForm() {
  const [complaint, submit, isPending] = useActionState(enter, null);
  return (
    <form action={submit}>
      <label>
        Email <input name="email" type="email" autoComplete="username" required />
      </label>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <label>
        <input name="isNew" type="checkbox" /> I am new here
      </label>
      <button type="submit" disabled={isPending}>
        Continue
      </button>
      {complaint && <p role="alert">{complaint}</p>}
    </form>
  );
}

/** @returns the text to show to the user, or null */
async function enter(_before: string | null, form: FormData): Promise<string | null> {
  const credentials = { email: String(form.get('email')), password: String(form.get('password')) };
  try {
    if (!form.get('isNew')) return complaintOf(await auth.login(credentials));
    const answer = await auth.register(credentials);
    // The server sends mail: complete the registration with `auth.confirmRegistration` and the mailed code.
    return answer.confirmationSent ? 'A mail with a code is on its way to you.' : complaintOf(answer);
  } catch (error) {
    const { code, retryAfter } = error as AuthError;
    if (!(error instanceof AuthError)) throw error;
    return code === 'RATE_LIMITED'
      ? `Too many attempts. Try again in ${retryAfter} seconds.`
      : 'The server does not answer. Try again later.';
  }
}

function complaintOf({ userErrors }: { readonly userErrors: readonly { readonly message: string }[] }): string | null {
  return userErrors[0]?.message ?? null;
}
