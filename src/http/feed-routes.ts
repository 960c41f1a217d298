/** The feed for verifiers: other services that honour logouts as strictly as a node (R32 to R35). docs/feed.md describes it. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LatchkeyError } from '../lib/errors.js';
import type { Log } from '../lib/log.js';
import { readCursor } from '../revocation/feed/cursor.js';
import type { Feed } from '../revocation/feed/feed.js';
import type { Registration, RenewalAnswer, RenewalRequest } from '../revocation/lease/feed-messages.js';
import { NONCE, readRegistration, readRenewal } from './feed-bodies.js';
import { createFeedStreams, type FeedStreams, STREAMS_PER_CREDENTIAL } from './feed-streams.js';
import { refuse } from './refusals.js';
import { bearerOf, type ServiceDoor } from './service-door.js';

/** All fields at their longest take less. */
const BODY_LIMIT = 4 * 1024;

interface FeedParts {
  readonly services: Pick<ServiceDoor, 'bearer'>;
  readonly feed: Feed;
  readonly streams: FeedStreams;
  readonly hashOf: (credential: string) => string;
  readonly register: (credentialId: string, leaseMs: number | null) => Promise<Registration>;
  readonly leave: (credentialId: string, member: string) => Promise<boolean>;
}

interface FeedSetup extends Omit<FeedParts, 'streams'> {
  readonly world: { readonly log: Log };
  readonly clusterId: string;
  /** Which of the credentials are known and not revoked. */
  readonly findLive: (credentialIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

export function registerFeed(server: FastifyInstance, { world, clusterId, findLive, ...parts }: FeedSetup): void {
  const { feed } = parts;
  feed.open(clusterId);
  const streams = createFeedStreams(world, { isHearing: () => feed.isHearing, findLive });
  feed.follow(streams);
  server.addHook('preClose', async () => streams.stop());
  // A scope of its own, for what it accepts as a body.
  server.register((scope) => serveFeed(scope, { ...parts, streams }));
}

async function serveFeed(scope: FastifyInstance, parts: FeedParts): Promise<void> {
  const { services, feed, streams, register, leave } = parts;
  const longest = feed.settings.longestLeaseMs;
  // `POST /revocations/members` and `DELETE` need no body, and clients send the content type all the same.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: BODY_LIMIT }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch {
      done(Object.assign(new Error('no JSON'), { statusCode: 400 }));
    }
  });

  const assertLease = (leaseMs: number) => {
    if (leaseMs > longest)
      throw LatchkeyError.badInput(`This node grants leases of at most ${longest} ms: LEASE. Ask for no more in "leaseMs".`);
  };

  scope.post('/revocations/members', { bodyLimit: BODY_LIMIT }, async (request) => {
    const { id } = await services.bearer(request);
    const { leaseMs = null } = readRegistration(request.body);
    if (leaseMs !== null) assertLease(leaseMs);
    return register(id, leaseMs);
  });

  scope.post('/revocations', { bodyLimit: BODY_LIMIT }, async (request): Promise<RenewalAnswer> => {
    const credential = bearerOf(request);
    if (credential === null) return refuseCredential(request);
    const asked = readRenewal(request.body);
    const { member, renewal, applied, leaseMs, nonce } = asked;
    if (member !== undefined) assertLease(leaseMs);
    const answer = await feed.renew(
      {
        credentialHash: parts.hashOf(credential),
        member: member === undefined || renewal === undefined ? null : { id: member, renewal },
        applied,
        leaseMs,
        after: placeIn(asked),
      },
      nonce,
    );
    return answer ?? refuseCredential(request);
  });

  scope.delete<{ Params: { member: string } }>('/revocations/members/:member', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const { id } = await services.bearer(request);
    const wasThere = await leave(id, request.params.member);
    return wasThere
      ? reply.code(204).send()
      : refuse(reply, 404, 'NOT_FOUND', 'This credential has no such member. It may have been removed.');
  });

  scope.get<{ Querystring: { echo?: unknown } }>('/revocations/events', async (request, reply) => {
    const { id } = await services.bearer(request);
    const { echo } = request.query;
    if (typeof echo !== 'string' || !NONCE.test(echo))
      throw LatchkeyError.badInput('Send "echo" in the query once: 16 to 64 fresh characters of base64url. The first event repeats it.');
    if (streams.countOf(id) >= STREAMS_PER_CREDENTIAL)
      throw LatchkeyError.rateLimited(`This credential has ${STREAMS_PER_CREDENTIAL} streams open on this node already.`, 1);
    streams.open(id, echo, reply);
    return reply;
  });

  /** The door knows why, and counts it. If it finds the credential after all, it was made this moment, and the next request finds it too. */
  async function refuseCredential(request: FastifyRequest): Promise<never> {
    await services.bearer(request);
    throw LatchkeyError.unavailable(new Error('the credential was not there when the row was renewed'));
  }
}

function placeIn({ cursor, applied }: RenewalRequest) {
  if (cursor === undefined) return null;
  const place = readCursor(cursor);
  if (place === null || place.version <= applied)
    throw LatchkeyError.badInput('No answer to a request with this "applied" had this "cursor".');
  return place;
}
