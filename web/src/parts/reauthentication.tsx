/** Runs an action; if the server requires a recent password, asks for it and then runs the action again. */
import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { type FieldError, failureText, sayingOf } from '../failures.js';
import { say } from '../notices.js';
import { REAUTHENTICATE } from '../operations.js';
import { texts } from '../texts.js';
import { Dialog } from './dialog.js';
import { Field } from './field.js';
import { Form } from './form.js';

export interface Attempt {
  /** @returns the user's mistakes; empty if the server has done it */
  readonly run: () => Promise<readonly FieldError[]>;
  readonly done: string;
}

export const needsReauthentication = (errors: readonly FieldError[]) => errors.some(({ code }) => code === 'REAUTHENTICATION_REQUIRED');

export function useReauthentication() {
  const [waiting, setWaiting] = useState<Attempt | null>(null);
  const [reauthenticate] = useMutation(REAUTHENTICATE);
  const attempt = async (wish: Attempt) => {
    try {
      const errors = await wish.run();
      if (needsReauthentication(errors)) setWaiting(wish);
      else say(errors.map(sayingOf).join(' ') || wish.done);
    } catch (thrown) {
      say(failureText(thrown));
    }
  };
  const words = texts.reauthentication;
  const dialog = waiting && (
    <Dialog title={words.title} text={words.text} onClose={() => setWaiting(null)}>
      <Form
        submit={words.submit}
        send={async ({ password = '' }) => {
          const { data } = await reauthenticate({ variables: { input: { password } } });
          const errors = data?.reauthenticate?.userErrors ?? [];
          if (errors.length > 0) return errors;
          setWaiting(null);
          await attempt(waiting);
          return [];
        }}
      >
        {(errors) => (
          <Field label={texts.logIn.password} name="password" type="password" autoComplete="current-password" required errors={errors} />
        )}
      </Form>
    </Dialog>
  );
  return { attempt, ask: setWaiting, dialog };
}
