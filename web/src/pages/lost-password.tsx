/** Requests a code for a new password. The answer is the same for unknown addresses, so that nobody learns who is registered. */
import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { REQUEST_PASSWORD_RESET } from '../operations.js';
import { Field } from '../parts/field.js';
import { Form } from '../parts/form.js';
import { Link } from '../parts/link.js';
import { MailHint } from '../parts/mail-hint.js';
import { Page } from '../parts/page.js';
import { texts } from '../texts.js';

export function LostPasswordPage() {
  const { lostPassword: words, logIn, register } = texts;
  const [request] = useMutation(REQUEST_PASSWORD_RESET);
  const [isSent, setSent] = useState(false);
  const send = async ({ email = '' }: Readonly<Record<string, string>>) => {
    const { data } = await request({ variables: { input: { email } } });
    const errors = data?.requestPasswordReset?.userErrors ?? [];
    setSent(errors.length === 0);
    return errors;
  };
  return (
    <div className="narrow">
      <Page title={texts.pages.lostPassword} intro={words.intro}>
        <Form submit={words.submit} label={texts.pages.lostPassword} send={send}>
          {(errors) => <Field label={logIn.email} name="email" type="email" autoComplete="username" required errors={errors} />}
        </Form>
        <div role="status">{isSent && <MailHint>{words.sent}</MailHint>}</div>
        <p>
          {words.hasCode} <Link to="reset-password">{words.toReset}</Link>
        </p>
        <p>
          <Link to="">{register.toLogIn}</Link>
        </p>
      </Page>
    </div>
  );
}
