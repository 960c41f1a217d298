/** Tells the Prisma command line where the data model and the migrations of the database in DATABASE_URL are. */
import { defineConfig } from 'prisma/config';

const url = process.env.DATABASE_URL ?? 'file:./data/latchkey.db';
const [model, migrations] = url.startsWith('postgres') ? ['postgresql', 'postgresql'] : ['schema', 'sqlite'];

export default defineConfig({
  schema: `prisma/${model}.prisma`,
  migrations: { path: `prisma/migrations/${migrations}` },
  datasource: { url },
});
