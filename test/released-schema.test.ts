/** `scripts/schema-changes.js`, which `npm run check:schema` runs, refuses changes that would break a front end of the last release. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeFolder } from './support/app/start-app.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const script = join(root, 'scripts/schema-changes.js');

/** A copy of the parts of this repository that the check reads, with a different schema after the release. */
function startRepository(version: string) {
  const folder = makeFolder();
  mkdirSync(join(folder, 'scripts'));
  cpSync(join(root, 'schema.graphql'), join(folder, 'schema.graphql'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const run = (...options: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, folder, ...options], { encoding: 'utf8' });
    return { status, text: `${stdout}${stderr}` };
  };
  const setVersion = (next: string) => write('package.json', JSON.stringify({ version: next }));
  setVersion(version);
  expect(run('--write')).toEqual({ status: 0, text: '' });
  return {
    run,
    setVersion,
    change(from: string | RegExp, to: string) {
      const before = readFileSync(join(folder, 'schema.graphql'), 'utf8');
      const after = before.replace(from, to);
      expect(after).not.toBe(before);
      write('schema.graphql', after);
    },
  };
}

test('the schema breaks no front end of the last release', () => {
  expect(spawnSync(process.execPath, [script], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  ['a field that is taken away', /\n {2}"""[^"]*"""\n {2}deviceName: String\n(?=\n {2}"""When it ended)/, '', 'Session.deviceName'],
  [
    'a field that may be null from now on',
    'sessionId: ID!\n}\n\n"""What happened to a session',
    'sessionId: ID\n}\n\n"""What happened to a session',
    'SessionEvent.sessionId',
  ],
  [
    'an input that has to be given',
    'newEmail: String!',
    'newEmail: String!\n  "So that it is the right one."\n  again: String!',
    'RequestEmailChangeInput.again',
  ],
  ['a value that is taken away', /\n {2}"""[^"]*"""\n {2}OTHERS\n/, '', 'LogoutScope.OTHERS'],
  ['another default', 'scope: LogoutScope! = CURRENT', 'scope: LogoutScope! = ALL', 'LogoutInput.scope Mutation.logout.input'],
])('%s is refused, with its place and what to do', (_, from, to, place) => {
  const repository = startRepository('1.4.2');
  repository.change(from, to);
  const { status, text } = repository.run();
  expect(status).toBe(1);
  expect(text).toContain('breaks front ends that were written for 1.4.2');
  expect(text).toContain('Add instead of changing');
  const places = [...text.matchAll(/^ {2}(\S+): /gm)].map((match) => match[1]);
  expect(places.sort()).toEqual(place.split(' '));
});

test('what is added breaks nobody', () => {
  const repository = startRepository('1.4.2');
  repository.change(
    '  deviceName: String\n',
    '  deviceName: String\n\n  "Its colour."\n  colour: String @deprecated(reason: "It fades.")\n',
  );
  repository.change('  SESSION_LIMIT\n', '  SESSION_LIMIT\n\n  "Nobody knows."\n  UNKNOWN\n');
  expect(repository.run()).toEqual({ status: 0, text: '' });
});

test.each([
  ['1.4.2', '1.5.0', 1],
  ['1.4.2', '2.0.0', 0],
  ['0.4.2', '0.4.3', 1],
  ['0.4.2', '0.5.0', 0],
  ['0.4.2', '1.0.0', 0],
])('after %s, what breaks in %s ends with %i', (released, next, status) => {
  const repository = startRepository(released);
  repository.change('scope: LogoutScope! = CURRENT', 'scope: LogoutScope! = ALL');
  repository.setVersion(next);
  expect(repository.run()).toMatchObject({ status, text: expect.stringContaining('LogoutInput.scope') });
  repository.run('--write');
  expect(repository.run()).toEqual({ status: 0, text: '' });
});
