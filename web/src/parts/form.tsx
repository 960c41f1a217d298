/** A form that sends one request at a time, shows the errors, and moves the focus to the first field with an error. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type FieldError, failureText, sayingOf } from '../failures.js';

interface FormProps {
  readonly submit: string;
  /** @returns the user's mistakes; empty if the server has done it */
  readonly send: (fields: Readonly<Record<string, string>>) => Promise<readonly FieldError[]>;
  readonly children: (errors: readonly FieldError[]) => ReactNode;
  readonly label?: string;
}

export function Form({ submit, send, children, label }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [failure, setFailure] = useState('');
  useEffect(() => {
    if (errors.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const run = async () => {
    if (isBusy || !form.current) return;
    setBusy(true);
    setFailure('');
    setErrors([]);
    const fields = Object.fromEntries([...new FormData(form.current)].map(([name, value]) => [name, String(value)]));
    try {
      setErrors(await send(fields));
    } catch (thrown) {
      setFailure(failureText(thrown));
    }
    setBusy(false);
  };
  const names = new Set([...(form.current?.elements ?? [])].map((element) => element.getAttribute('name')));
  const general = errors.filter(({ field }) => !names.has(field?.at(-1) ?? ''));
  return (
    <form
      ref={form}
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      {children(errors)}
      <p className="error general" role="alert">
        {[...general.map(sayingOf), failure].filter(Boolean).join(' ')}
      </p>
      <button type="submit" className="primary" aria-disabled={isBusy}>
        {submit}
      </button>
    </form>
  );
}
