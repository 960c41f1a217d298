/** The program: Latchkey with the application's resolvers, context, validation and routes. */
import { createApp, readConfig } from 'latchkey';
import { openDatabase } from './database.js';
import { PostResolver } from './posts.js';

const prisma = await openDatabase(process.env.POSTS_URL ?? 'file:posts.db');

const app = await createApp({
  config: readConfig(),
  resolvers: [PostResolver],
  context: () => ({ prisma }),
  validate: true,
});

app.server.get('/posts.csv', async (request, reply) => {
  const { sub } = await app.authenticate(request);
  const posts = await prisma.post.findMany({ where: { authorId: sub }, orderBy: { id: 'asc' } });
  return reply.type('text/csv').send(posts.map(({ id, title }) => `${id},${JSON.stringify(title)}\n`).join(''));
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    await app.close();
    await prisma.$disconnect();
    process.exit(0);
  });
}

console.log(`Listening at ${await app.listen()}/graphql`);
