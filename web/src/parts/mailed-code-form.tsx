/** A form for a mailed code: the link of the mail fills it in, or the user types the code from a mail on another device. */
import type { ReactNode } from 'react';
import type { FieldError } from '../failures.js';
import { useMailedCode } from '../mailed-code.js';
import { texts } from '../texts.js';
import { Field } from './field.js';
import { Form } from './form.js';

interface MailedCodeFormProps {
  /** The page that the link leads to. */
  readonly page: string;
  readonly submit: string;
  readonly send: (code: string, fields: Readonly<Record<string, string>>) => Promise<readonly FieldError[]>;
  readonly children?: (errors: readonly FieldError[]) => ReactNode;
}

export function MailedCodeForm({ page, submit, send, children }: MailedCodeFormProps) {
  const mailed = useMailedCode(page);
  return (
    <Form key={mailed} submit={submit} label={submit} send={({ code = '', ...fields }) => send(code.trim(), fields)}>
      {(errors) => (
        <>
          <Field
            label={texts.mail.code}
            name="code"
            defaultValue={mailed}
            autoComplete="one-time-code"
            autoCapitalize="off"
            spellCheck={false}
            required
            errors={errors}
          />
          {children?.(errors)}
        </>
      )}
    </Form>
  );
}
