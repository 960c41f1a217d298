/** The page to register; a server with mail asks for a mailed code as well. */
import { useState } from 'react';
import { Field } from '../parts/field.js';
import { Form } from '../parts/form.js';
import { Link } from '../parts/link.js';
import { Page } from '../parts/page.js';
import { auth } from '../session.js';
import { texts } from '../texts.js';

export function RegisterPage() {
  const { logIn, register: words } = texts;
  /** Kept for the confirmation: the server requires it again, so a stolen code alone is useless. */
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
      <Page title={texts.pages.register}>
        {password === null ? (
          <Form key="register" submit={words.submit} label={texts.pages.register} send={register}>
            {(errors) => (
              <>
                <Field label={logIn.email} name="email" type="email" autoComplete="username" required errors={errors} />
                <Field label={words.name} name="name" autoComplete="name" errors={errors} />
                <Field
                  label={logIn.password}
                  name="password"
                  type="password"
                  autoComplete="new-password"
                  required
                  hint={words.passwordHint}
                  errors={errors}
                />
              </>
            )}
          </Form>
        ) : (
          <>
            <p role="status">{words.codeSent}</p>
            <Form key="confirm" submit={words.confirm} label={words.confirm} send={confirm}>
              {(errors) => <Field label={texts.mail.code} name="code" autoComplete="one-time-code" required errors={errors} />}
            </Form>
          </>
        )}
        <p>
          {words.hasAccount} <Link to="">{words.toLogIn}</Link>
        </p>
      </Page>
    </div>
  );
}
