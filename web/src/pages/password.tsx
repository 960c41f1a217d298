/** The page to change the password. */
import { useState } from 'react';
import { say } from '../notices.js';
import { Field } from '../parts/field.js';
import { Form } from '../parts/form.js';
import { Page } from '../parts/page.js';
import { auth } from '../session.js';
import { texts } from '../texts.js';

export function PasswordPage() {
  const { password: words } = texts;
  /** Counts the changes: each one gets a new form, so that no password stays in the page. */
  const [round, setRound] = useState(0);
  const change = async (fields: Readonly<Record<string, string>>) => {
    const { endedSessions, userErrors } = await auth.changePassword({
      currentPassword: fields.currentPassword ?? '',
      newPassword: fields.newPassword ?? '',
      keepOtherSessions: fields.keep === 'on',
    });
    if (userErrors.length > 0) return userErrors;
    say(words.done(endedSessions ?? 0));
    setRound(round + 1);
    return [];
  };
  return (
    <div className="narrow">
      <Page title={texts.pages.password} intro={words.intro}>
        <Form key={round} submit={words.submit} label={texts.pages.password} send={change}>
          {(errors) => (
            <>
              <Field
                label={words.current}
                name="currentPassword"
                type="password"
                autoComplete="current-password"
                required
                errors={errors}
              />
              <Field
                label={words.next}
                name="newPassword"
                type="password"
                autoComplete="new-password"
                required
                hint={texts.register.passwordHint}
                errors={errors}
              />
              <label className="check">
                <input type="checkbox" name="keep" />
                {words.keep}
              </label>
            </>
          )}
        </Form>
      </Page>
    </div>
  );
}
