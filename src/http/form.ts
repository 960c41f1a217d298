/** Form bodies (application/x-www-form-urlencoded), which OAuth 2.0 asks for: bounded, and no parameter twice. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LatchkeyError } from '../lib/errors.js';

/** More than the longest access token with everything around it. */
const FORM_LIMIT_BYTES = 32 * 1024;
export const FORM = 'application/x-www-form-urlencoded';

/**
 * Lets the routes of a scope take forms, and nothing else. Any page can send a form without a CORS preflight (CSRF), so no route that takes
 * forms may act on what a browser adds by itself, such as a cookie.
 */
export function acceptForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: FORM_LIMIT_BYTES }, (_request, body, done) => done(null, body));
}

/**
 * The parameters of the form. RFC 6749, section 3.2: a parameter without a value counts as left out, and none may come twice. Of two, a
 * proxy may have read the other one.
 *
 * @throws LatchkeyError BAD_USER_INPUT
 */
export function formOf({ body }: Pick<FastifyRequest, 'body'>): ReadonlyMap<string, string> {
  const form = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(typeof body === 'string' ? body : '')) {
    if (form.has(name)) throw LatchkeyError.badInput('A parameter of the form was sent more than once.');
    form.set(name, value);
  }
  return form;
}
