/** Signing up, with a mailed code where the server wants one. */
import { useState } from 'react';
import { Field } from '../parts/field.js';
import { Form } from '../parts/form.js';
import { Link } from '../parts/link.js';
import { Page } from '../parts/page.js';
import { auth } from '../session.js';
import { texts } from '../texts.js';

export function SignUpPage() {
  const { signIn, signUp } = texts;
  /** Kept for the confirmation: the server wants it again, so that a code alone is of no use. */
  const [password, setPassword] = useState<string | null>(null);
  const register = async ({ email = '', name, password = '' }: Readonly<Record<string, string>>) => {
    const { confirmationSent, userErrors } = await auth.register({ email, password, name: name || null });
    if (confirmationSent) setPassword(password);
    return userErrors;
  };
  const confirm = async ({ code = '' }: Readonly<Record<string, string>>) =>
    (await auth.confirmRegistration({ code: code.trim(), password: password ?? '' })).userErrors;
  return (
    <div className="narrow">
      <Page title={texts.pages.signUp}>
        {password === null ? (
          <Form key="register" submit={signUp.submit} label={texts.pages.signUp} send={register}>
            {(errors) => (
              <>
                <Field label={signIn.email} name="email" type="email" autoComplete="username" required errors={errors} />
                <Field label={signUp.name} name="name" autoComplete="name" errors={errors} />
                <Field
                  label={signIn.password}
                  name="password"
                  type="password"
                  autoComplete="new-password"
                  required
                  hint={signUp.passwordHint}
                  errors={errors}
                />
              </>
            )}
          </Form>
        ) : (
          <>
            <p role="status">{signUp.codeSent}</p>
            <Form key="confirm" submit={signUp.confirm} label={signUp.confirm} send={confirm}>
              {(errors) => <Field label={texts.mail.code} name="code" autoComplete="one-time-code" required errors={errors} />}
            </Form>
          </>
        )}
        <p>
          {signUp.hasAccount} <Link to="">{signUp.toSignIn}</Link>
        </p>
      </Page>
    </div>
  );
}
