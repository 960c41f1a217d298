/** User errors: mistakes that a user can correct, returned as data of the payload. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Outcome, UserFailureCode } from '../lib/errors.js';

const CODES: Readonly<Record<UserFailureCode, string>> = {
  INVALID_CREDENTIALS: 'Email or password is wrong, or the user may not log in.',
  EMAIL_TAKEN: 'Somebody has registered with this email.',
  EMAIL_INVALID: 'This is not an email address.',
  NAME_INVALID: 'The name is too long or has control characters.',
  AUDIENCE_INVALID: 'The audience is too long, or has spaces or other characters that are not printable.',
  DEVICE_NAME_INVALID: 'The device name is too long or has control characters.',
  PASSWORD_TOO_SHORT: 'The password has fewer than 8 characters.',
  PASSWORD_TOO_LONG: 'The password has more than 256 characters.',
  PASSWORD_TOO_COMMON: 'Many people use this password.',
  PASSWORD_INVALID: 'The password is not valid Unicode text.',
  PASSWORD_TOO_PERSONAL: 'The password is little more than the email, the name or the name of the product.',
  PASSWORD_BREACHED: 'The password was found in a leak of another service.',
  PASSWORD_UNCHECKED: 'The service that knows leaked passwords does not answer; try again later.',
  PASSWORD_REUSED: 'An administrator has made this password useless; choose another one.',
  INVALID_REFRESH_TOKEN: 'The refresh token is unknown, used, expired or revoked.',
  INVALID_CODE: 'The code is unknown, used, expired, for something else, or older than a change of password or address.',
  REAUTHENTICATION_REQUIRED: 'The password was not shown recently; call `reauthenticate` and try again.',
  LAST_ADMINISTRATOR: 'It would leave no administrator who can log in.',
  ROLES_INVALID: 'A role has the wrong form, or there are too many.',
  REASON_INVALID: 'The reason is too long or has control characters.',
  REGISTRATION_CLOSED: 'Registration is closed on this server.',
  NOT_FOUND: 'There is no such thing, or it is not yours.',
};

export const UserErrorCode = Object.fromEntries(Object.keys(CODES).map((code) => [code, code]));

registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'What a user can get wrong.',
  valuesConfig: Object.fromEntries(Object.entries(CODES).map(([code, description]) => [code, { description }])),
});

@ObjectType('UserError', { description: 'Something that the user got wrong and can mend.' })
export class UserErrorType {
  @Field(() => UserErrorCode, { description: 'What is wrong, for programs.' })
  code!: UserFailureCode;

  @Field(() => String, { description: 'What is wrong and what to do, in English, for people.' })
  message!: string;

  @Field(() => [String], { nullable: true, description: 'The path of the input field, from the argument on.' })
  field?: readonly string[];
}

/** Builds a payload: the fields of the result, or only the user errors. */
export function toPayload<Result, Fields extends object>(
  outcome: Outcome<Result>,
  fieldsOf: (result: Result) => Fields,
): PayloadOf<Fields> {
  const fields: Partial<Fields> = outcome.kind === 'failed' ? {} : fieldsOf(outcome.result);
  return { ...fields, userErrors: outcome.kind === 'failed' ? [...outcome.failures] : [] };
}

export type PayloadOf<Fields> = Partial<Fields> & { readonly userErrors: UserErrorType[] };
