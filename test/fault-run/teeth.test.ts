/** The fault run detects each deliberately broken server (FAULT_TEETH=all tries every one), and finds nothing in the sound one. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startPostgresql } from '../support/postgresql/postgresql-server.js';
import { BROKEN_SERVERS, type BrokenServerName, commandsOf } from './broken-servers.js';
import { playScenario, SCENARIO_NAMES } from './scenarios.js';

const isAll = process.env.FAULT_TEETH === 'all';
const NAMES = Object.keys(BROKEN_SERVERS) as BrokenServerName[];
const CHOSEN: readonly BrokenServerName[] = isAll
  ? NAMES
  : ['a logout that does not wait for a silent node', 'a lease that does not run out', 'a verifier whose lease does not run out'];
const timeout = 600_000;

const ROUNDS = 5;

test('the build has each text that a broken server changes, exactly once', () => {
  const stale = NAMES.flatMap((name) =>
    BROKEN_SERVERS[name].changes
      .filter(({ file, from }) => readFileSync(`${process.cwd()}/dist/${file}`, 'utf8').split(from).length !== 2)
      .map(({ file, from }) => `${name}: ${file} does not have exactly one: ${from}`),
  );
  expect(stale).toEqual([]);
});

test.each(CHOSEN)('%s is found', { timeout }, async (name) => {
  const { scenario, found } = BROKEN_SERVERS[name];
  const violations = await playScenario(await startPostgresql(), scenario, ROUNDS, commandsOf(name));
  expect(new Set(violations.map(({ kind }) => kind))).toContain(found);
});

test.each(isAll ? SCENARIO_NAMES : [])('%s does no harm to the server as it is', { timeout }, async (name) => {
  expect(await playScenario(await startPostgresql(), name, 1)).toEqual([]);
});
