/** Puts something between the server and its database, whichever it is: tests watch, slow down or break what goes through. */
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { onTestFinished } from 'vitest';
import { PostgresqlFactory } from '../../../src/database/postgresql-adapter.js';
import { DurableSqliteFactory } from '../../../src/database/sqlite-adapter.js';

type Factory = { connect(): Promise<SqlDriverAdapter> };

type Wrap = (connect: () => Promise<SqlDriverAdapter>) => Promise<SqlDriverAdapter>;

/**
 * Until the test ends, every adapter is what `wrap` makes of it. Call it before `startApp`.
 *
 * @param wrap gets the way to the adapter, and may keep it shut
 */
export function wrapDriver(wrap: Wrap): void {
  onTestFinished(interceptDriver(wrap));
}

/** @returns what ends it */
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
