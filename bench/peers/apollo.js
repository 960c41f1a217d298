/** Apollo Server as its documentation starts it, without authentication. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { openDatabase } from './database.js';
import { tell } from './listen.js';
import { PROFILE, typeDefs } from './operations.js';

const prisma = await openDatabase();
const [{ id }] = JSON.parse(process.env.USERS);
const resolvers = {
  Query: {
    profile: () => PROFILE,
    publicProfile: () => PROFILE,
    me: () => prisma.user.findUnique({ where: { id } }),
  },
};
const { url } = await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), { listen: { port: 0, host: '127.0.0.1' } });
tell(url);
