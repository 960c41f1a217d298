/** The text that the console shows for an error. */
import { CombinedGraphQLErrors } from '@apollo/client';
import { AuthError } from 'latchkey/client';
import { texts } from './texts.js';

export interface FieldError {
  readonly code: string;
  readonly message: string;
  readonly field: readonly string[] | null;
}

export const sayingOf = ({ code, message }: FieldError) => texts.userErrors[code] ?? message;

export function failureText(thrown: unknown): string {
  if (thrown instanceof AuthError && thrown.reason === 'ORIGIN_NOT_ALLOWED') return texts.originRefused(location.origin);
  const code = codeOf(thrown);
  return texts.failures[code] ?? texts.failure;
}

/** The text about a refresh that failed and is tried again. */
export function troubleText(failure: AuthError): string {
  return failure.code === 'UNREACHABLE' ? texts.unreachable : failureText(failure);
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof AuthError) return thrown.code;
  if (CombinedGraphQLErrors.is(thrown)) return String(thrown.errors[0]?.extensions?.code);
  return thrown instanceof TypeError ? 'UNREACHABLE' : '';
}
