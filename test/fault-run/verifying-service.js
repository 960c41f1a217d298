/** A service that checks access tokens with `latchkey/verifier`: FEED_URL, CREDENTIAL and AUDIENCE name its feed. */
import { createServer } from 'node:http';
import { createVerifier } from '../../dist/verifier/verifier.js';

const { FEED_URL, CREDENTIAL, AUDIENCE, ISSUER } = process.env;
const verifier = await createVerifier({ url: FEED_URL, credential: CREDENTIAL, audience: AUDIENCE, issuer: ISSUER });

async function judge(authorization) {
  const caller = await verifier.authenticate(authorization);
  if (caller.kind === 'anonymous') return { status: 401, told: caller.reason };
  if (caller.kind === 'unknown') return { status: 503, told: 'unknown' };
  const verdict = await verifier.check(caller);
  if (verdict === 'live') return { status: 200, told: '' };
  return verdict === 'unknown' ? { status: 503, told: 'unknown' } : { status: 401, told: `TOKEN_${verdict.toUpperCase()}` };
}

const server = createServer(async (request, response) => {
  const { status, told } = await judge(request.headers.authorization);
  response.writeHead(status, { 'content-type': 'text/plain' }).end(told);
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
