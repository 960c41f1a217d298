/** Completes a registration, perhaps on another device: it asks for the mailed code and the chosen password. */
import { Field } from '../parts/field.js';
import { MailedCodeForm } from '../parts/mailed-code-form.js';
import { Page } from '../parts/page.js';
import { go } from '../route.js';
import { auth } from '../session.js';
import { texts } from '../texts.js';

export function ConfirmRegistrationPage() {
  const { confirmRegistration: words, logIn } = texts;
  const send = async (code: string, { password = '' }: Readonly<Record<string, string>>) => {
    const { userErrors } = await auth.confirmRegistration({ code, password });
    if (userErrors.length === 0) go('', true);
    return userErrors;
  };
  return (
    <div className="narrow">
      <Page title={texts.pages.confirmRegistration} intro={words.intro}>
        <MailedCodeForm page="confirm-registration" submit={texts.register.confirm} send={send}>
          {(errors) => (
            <Field label={logIn.password} name="password" type="password" autoComplete="current-password" required errors={errors} />
          )}
        </MailedCodeForm>
      </Page>
    </div>
  );
}
