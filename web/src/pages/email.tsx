/** The user's address: whether it is verified, and a form to change it. */
import { useMutation, useQuery } from '@apollo/client/react';
import { failureText, sayingOf } from '../failures.js';
import { say } from '../notices.js';
import { ME, REQUEST_EMAIL_CHANGE, REQUEST_EMAIL_VERIFICATION } from '../operations.js';
import { Field } from '../parts/field.js';
import { Form } from '../parts/form.js';
import { Loaded } from '../parts/loaded.js';
import { MailHint } from '../parts/mail-hint.js';
import { Page } from '../parts/page.js';
import { needsReauthentication, useReauthentication } from '../parts/reauthentication.js';
import { Fact } from '../parts/session-list.js';
import { texts } from '../texts.js';

export function EmailPage() {
  const { email: words } = texts;
  const { data, error } = useQuery(ME);
  const [requestChange] = useMutation(REQUEST_EMAIL_CHANGE);
  const [requestVerification] = useMutation(REQUEST_EMAIL_VERIFICATION);
  const { ask, dialog } = useReauthentication();
  const verify = () => {
    requestVerification().then(
      (answer) => say((answer.data?.requestEmailVerification?.userErrors ?? []).map(sayingOf).join(' ') || words.verificationSent),
      (thrown) => say(failureText(thrown)),
    );
  };
  const change = async ({ newEmail = '' }: Readonly<Record<string, string>>) => {
    const wish = {
      run: async () => (await requestChange({ variables: { input: { newEmail } } })).data?.requestEmailChange?.userErrors ?? [],
      done: words.changeSent,
    };
    const errors = await wish.run();
    if (needsReauthentication(errors)) {
      ask(wish);
      return [];
    }
    if (errors.length === 0) say(wish.done);
    return errors;
  };
  return (
    <div className="narrow">
      <Page title={texts.pages.email} intro={words.intro}>
        <Loaded data={data?.me} error={error}>
          {({ email, emailVerifiedAt }) => (
            <>
              <dl className="card facts">
                <Fact name={words.current}>{email}</Fact>
                <Fact name={words.state}>{emailVerifiedAt === null ? words.notVerified : words.verified}</Fact>
              </dl>
              {emailVerifiedAt === null && (
                <div className="actions">
                  <button type="button" onClick={verify}>
                    {words.verify}
                  </button>
                </div>
              )}
              <h2>{words.another}</h2>
              <MailHint>{words.changeHint}</MailHint>
              <Form submit={words.submit} label={words.another} send={change}>
                {(errors) => <Field label={words.next} name="newEmail" type="email" autoComplete="email" required errors={errors} />}
              </Form>
            </>
          )}
        </Loaded>
        {dialog}
      </Page>
    </div>
  );
}
