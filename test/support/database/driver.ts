/** Wraps the driver of the database, SQLite or PostgreSQL, so that tests can watch, slow down or break its statements. */
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { onTestFinished } from 'vitest';
import { PostgresqlFactory } from '../../../src/database/postgresql-adapter.js';
import { DurableSqliteFactory } from '../../../src/database/sqlite-adapter.js';

type Connect = () => Promise<SqlDriverAdapter>;

/** The gate of the hot statements has the same methods as Prisma's adapter: `queryRaw`, `executeRaw`, `startTransaction`. */
type Factory = { connect: Connect; connectDirectly: Connect };

type Wrap = (connect: Connect) => Promise<SqlDriverAdapter>;

/**
 * Until the test ends, the server uses the adapter, and the gate beside it, that `wrap` returns. Call it before `startApp`.
 * @param wrap gets the function that connects, and need not call it
 */
export function wrapDriver(wrap: Wrap): void {
  onTestFinished(interceptDriver(wrap));
}

/** @returns a function that removes the wrapper */
export function interceptDriver(wrap: Wrap): () => void {
  const factories = [DurableSqliteFactory.prototype, PostgresqlFactory.prototype] as unknown as Factory[];
  const restorers = factories.flatMap((prototype) =>
    (['connect', 'connectDirectly'] as const).map((name) => intercept(prototype, name, wrap)),
  );
  return () => {
    for (const restore of restorers) restore();
  };
}

function intercept(prototype: Factory, name: keyof Factory, wrap: Wrap): () => void {
  const connect = prototype[name];
  prototype[name] = function (this: Factory) {
    return wrap(() => connect.call(this));
  };
  return () => {
    prototype[name] = connect;
  };
}
