/** Failures of the OAuth endpoints, as RFC 6749, section 5.2, and RFC 7009, section 2.2.1, ask for them. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type FailureCode, LatchkeyError } from '../lib/errors.js';
import { FORM } from './form.js';

/** The token is of a kind that this endpoint does not revoke (RFC 7009, section 2.2.1). */
export class UnsupportedToken extends Error {
  override readonly name = 'UnsupportedToken';
}

interface Answer {
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

const UNSUPPORTED: Answer = {
  status: 400,
  error: 'unsupported_token_type',
  description: 'This is a service credential. An administrator or `latchkey service revoke` revokes it.',
};

const BY_CODE: Readonly<Record<FailureCode, Pick<Answer, 'status' | 'error'>>> = {
  UNAUTHENTICATED: { status: 401, error: 'invalid_client' },
  FORBIDDEN: { status: 403, error: 'unauthorized_client' },
  BAD_USER_INPUT: { status: 400, error: 'invalid_request' },
  RATE_LIMITED: { status: 429, error: 'temporarily_unavailable' },
  AUTH_UNAVAILABLE: { status: 503, error: 'temporarily_unavailable' },
  LOGOUT_UNCONFIRMED: { status: 503, error: 'temporarily_unavailable' },
};

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  413: 'The form is too large.',
  415: `Send "Content-Type: ${FORM}".`,
};

export function answerOAuthError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const { status, error: code, description } = answerOf(error, request);
  if (error instanceof LatchkeyError && error.extensions.retryAfter !== undefined)
    reply.header('retry-after', String(error.extensions.retryAfter));
  if (status === 401) reply.header('www-authenticate', challengeFor(request));
  return reply.code(status).send({ error: code, error_description: description });
}

function answerOf(error: FastifyError, request: FastifyRequest): Answer {
  if (error instanceof UnsupportedToken) return UNSUPPORTED;
  if (error instanceof LatchkeyError) return { ...BY_CODE[error.code], description: error.message.replaceAll('"', "'") };
  const status = error.statusCode ?? 500;
  if (status < 500) return { status, error: 'invalid_request', description: DESCRIPTIONS[status] ?? 'The request was refused.' };
  request.log.error({ requestId: request.id, err: error }, 'a request of a service failed');
  return { status: 500, error: 'server_error', description: 'Something went wrong on the server.' };
}

/** RFC 6749, section 5.2: the challenge matches the scheme that the client has used. Without one it may choose. */
function challengeFor({ headers: { authorization } }: FastifyRequest): string {
  const basic = 'Basic realm="latchkey"';
  if (authorization === undefined) return `${basic}, Bearer`;
  return /^basic /i.test(authorization) ? basic : 'Bearer error="invalid_token"';
}
