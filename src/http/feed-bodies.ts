/** Reads the bodies of the feed, strictly: a field that is unknown, missing or of a wrong kind is a clear error (400). */
import { LatchkeyError } from '../lib/errors.js';
import type { RenewalRequest } from '../revocation/lease/feed-messages.js';

interface Field {
  readonly isRight: (value: unknown) => boolean;
  /** Follows "The field … must be". */
  readonly form: string;
  readonly isOptional?: boolean;
}

type Fields<Body> = { readonly [Name in keyof Required<Body>]: Field };

/** The number of a renewal is a 32-bit column. */
const LARGEST_RENEWAL = 2 ** 31 - 1;
export const NONCE = /^[A-Za-z0-9_-]{16,64}$/;
const MEMBER = /^[A-Za-z0-9_-]{1,64}$/;
const CURSOR = /^[A-Za-z0-9_-]{1,1024}$/;
const LONGEST_MS = 3_600_000;

const isWhole = (value: unknown, from: number, to: number) =>
  Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
const isText = (value: unknown, form: RegExp) => typeof value === 'string' && form.test(value);

const LEASE: Field = {
  isRight: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= LONGEST_MS,
  form: `a number of milliseconds from 0 to ${LONGEST_MS}`,
};

const RENEWAL: Fields<RenewalRequest> = {
  member: { isRight: (value) => isText(value, MEMBER), form: 'the id that "POST /revocations/members" has answered', isOptional: true },
  renewal: {
    isRight: (value) => isWhole(value, 1, LARGEST_RENEWAL),
    form: `a whole number from 1 to ${LARGEST_RENEWAL}`,
    isOptional: true,
  },
  nonce: { isRight: (value) => isText(value, NONCE), form: '16 to 64 characters of base64url' },
  applied: { isRight: (value) => isWhole(value, 0, Number.MAX_SAFE_INTEGER - 1), form: 'a version of the log: a whole number from 0' },
  leaseMs: LEASE,
  cursor: { isRight: (value) => isText(value, CURSOR), form: 'the cursor of the answer before', isOptional: true },
};

const REGISTRATION: Fields<RegistrationRequest> = { leaseMs: { ...LEASE, isOptional: true } };

/** The body of `POST /revocations/members`, which may also be empty. */
export interface RegistrationRequest {
  /** The longest lease that renewals will ask for. The node's own longest if absent. */
  readonly leaseMs?: number;
}

/** @throws LatchkeyError BAD_USER_INPUT */
export function readRenewal(body: unknown): RenewalRequest {
  const renewal = read(RENEWAL, body);
  if ((renewal.member === undefined) !== (renewal.renewal === undefined))
    throw LatchkeyError.badInput('Send both "member" and "renewal", or neither of them for a verifier that no logout waits for.');
  return renewal;
}

/** @throws LatchkeyError BAD_USER_INPUT */
export function readRegistration(body: unknown): RegistrationRequest {
  return read(REGISTRATION, body ?? {});
}

function read<Body extends object>(fields: Fields<Body>, body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw LatchkeyError.badInput('Send a JSON object.');
  const known: Readonly<Record<string, Field>> = fields;
  const names = Object.keys(known);
  if (Object.keys(body).some((name) => !Object.hasOwn(known, name)))
    throw LatchkeyError.badInput(`Only these fields are known here: ${names.map((name) => `"${name}"`).join(', ')}.`);
  for (const [name, { isRight, form, isOptional = false }] of Object.entries(known)) {
    const value = Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : undefined;
    if (value === undefined ? !isOptional : !isRight(value)) throw LatchkeyError.badInput(`The field "${name}" must be ${form}.`);
  }
  return body as Body;
}
