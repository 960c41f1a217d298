/** Several nodes on one PostgreSQL database, with one clock. */
import { type FrozenClock, frozenClock } from '../app/clocks.js';
import { startNode, type TestApp, type TestOptions } from '../app/start-app.js';
import { borrowDatabase } from './postgresql.js';

export interface Nodes {
  readonly one: TestApp;
  readonly two: TestApp;
  /** The address of their database. */
  readonly url: string;
  readonly clock: FrozenClock;
}

export async function startTwoNodes(options: TestOptions = {}): Promise<Nodes> {
  const url = await borrowDatabase();
  const clock = frozenClock();
  const one = await startNode(url, { ...options, clock });
  const two = await startNode(url, { ...options, clock });
  return { one, two, url, clock };
}
