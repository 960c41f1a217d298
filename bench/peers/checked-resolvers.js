/** The resolvers of the peers that check Latchkey's token in memory. */
import { openDatabase } from './database.js';
import { PROFILE, Unauthenticated } from './operations.js';
import { revoke } from './token-check.js';

function authenticated({ caller }) {
  if (caller === null) throw new Unauthenticated();
  return caller;
}

const prisma = await openDatabase();

export const resolvers = {
  Query: {
    profile: (_parent, _args, context) => authenticated(context) && PROFILE,
    publicProfile: () => PROFILE,
    me: (_parent, _args, context) => prisma.user.findUnique({ where: { id: authenticated(context).sub } }),
  },
  Mutation: {
    logout(_parent, _args, context) {
      revoke(authenticated(context));
      return { endedSessions: 1 };
    },
  },
};
