/** A field of a form: label, input, hint and error, linked for screen readers. */
import { type InputHTMLAttributes, useId } from 'react';
import { type FieldError, sayingOf } from '../failures.js';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly label: string;
  readonly name: string;
  readonly hint?: string;
  readonly errors?: readonly FieldError[];
}

export function Field({ label, name, hint, errors = [], ...input }: FieldProps) {
  const id = useId();
  const own = errors.filter(({ field }) => field?.at(-1) === name);
  const described = [hint && `${id}-hint`, own.length > 0 && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} aria-invalid={own.length > 0} aria-describedby={described || undefined} {...input} />
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {own.length > 0 && (
        <p className="error" id={`${id}-error`}>
          {own.map(sayingOf).join(' ')}
        </p>
      )}
    </div>
  );
}
