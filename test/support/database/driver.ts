/** Wraps the driver of the database, SQLite or PostgreSQL, so that tests can watch, slow down or break its statements. */
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { onTestFinished } from 'vitest';
import { PostgresqlFactory } from '../../../src/database/postgresql-adapter.js';
import { DurableSqliteFactory } from '../../../src/database/sqlite-adapter.js';

type Factory = { connect(): Promise<SqlDriverAdapter> };

type Wrap = (connect: () => Promise<SqlDriverAdapter>) => Promise<SqlDriverAdapter>;

/**
 * Until the test ends, the server uses the adapter that `wrap` returns. Call it before `startApp`.
 * @param wrap gets the function that connects, and need not call it
 */
export function wrapDriver(wrap: Wrap): void {
  onTestFinished(interceptDriver(wrap));
}

/** @returns a function that removes the wrapper */
export function interceptDriver(wrap: Wrap): () => void {
  const restorers = ([DurableSqliteFactory.prototype, PostgresqlFactory.prototype] as Factory[]).map((prototype) => {
    const { connect } = prototype;
    prototype.connect = function () {
      return wrap(() => connect.call(this));
    };
    return () => {
      prototype.connect = connect;
    };
  });
  return () => {
    for (const restore of restorers) restore();
  };
}
