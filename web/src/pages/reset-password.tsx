/** Sets a new password with a mailed code. This ends every session of the user, including one in this browser. */
import { useMutation } from '@apollo/client/react';
import { concludeChange } from '../mailed-change.js';
import { RESET_PASSWORD } from '../operations.js';
import { Field } from '../parts/field.js';
import { Link } from '../parts/link.js';
import { MailedCodeForm } from '../parts/mailed-code-form.js';
import { Page } from '../parts/page.js';
import { texts } from '../texts.js';

export function ResetPasswordPage() {
  const { resetPassword: words, password, register, lostPassword } = texts;
  const [reset] = useMutation(RESET_PASSWORD);
  const send = async (code: string, { newPassword = '' }: Readonly<Record<string, string>>) => {
    const { data } = await reset({ variables: { input: { code, newPassword } } });
    return concludeChange(data?.resetPassword?.userErrors, words.done);
  };
  return (
    <div className="narrow">
      <Page title={texts.pages.resetPassword} intro={words.intro}>
        <MailedCodeForm page="reset-password" submit={words.submit} send={send}>
          {(errors) => (
            <Field
              label={password.next}
              name="newPassword"
              type="password"
              autoComplete="new-password"
              required
              hint={register.passwordHint}
              errors={errors}
            />
          )}
        </MailedCodeForm>
        <p>
          {words.noCode} <Link to="lost-password">{lostPassword.submit}</Link>
        </p>
      </Page>
    </div>
  );
}
