/** The pages that verify an address or confirm a new one. They act only when the button is pressed: mail scanners open links too. */
import { useMutation } from '@apollo/client/react';
import { concludeChange } from '../mailed-change.js';
import { CONFIRM_EMAIL_CHANGE, VERIFY_EMAIL } from '../operations.js';
import { MailedCodeForm } from '../parts/mailed-code-form.js';
import { Page } from '../parts/page.js';
import { texts } from '../texts.js';

export function VerifyEmailPage() {
  const words = texts.verifyEmail;
  const [verify] = useMutation(VERIFY_EMAIL);
  const send = async (code: string) => {
    const { data } = await verify({ variables: { input: { code } } });
    return concludeChange(data?.verifyEmail?.userErrors, words.done);
  };
  return (
    <div className="narrow">
      <Page title={texts.pages.verifyEmail} intro={words.intro}>
        <MailedCodeForm page="verify-email" submit={words.submit} send={send} />
      </Page>
    </div>
  );
}

export function ConfirmEmailChangePage() {
  const words = texts.confirmEmailChange;
  const [confirm] = useMutation(CONFIRM_EMAIL_CHANGE);
  const send = async (code: string) => {
    const { data } = await confirm({ variables: { input: { code } } });
    return concludeChange(data?.confirmEmailChange?.userErrors, words.done);
  };
  return (
    <div className="narrow">
      <Page title={texts.pages.confirmEmailChange} intro={words.intro}>
        <MailedCodeForm page="confirm-email-change" submit={words.submit} send={send} />
      </Page>
    </div>
  );
}
