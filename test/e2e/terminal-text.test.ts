/** Names of users and devices are shown to an operator in a form that the terminal does not execute. */
import { expect, test } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { writeRows } from '../support/database/stored-rows.js';
import { mutate } from '../support/mutations/mutations.js';
import { startOperator } from '../support/process/operator.js';

const EMAIL = 'mallory@example.com';
/** It reverses the text that follows and hides a letter. The server accepts both in a name. */
const NAME = 'Mal\u202elory\u200b';
/** Every control character that a terminal obeys, except line breaks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e\u2028\u2029]/;

test('names, devices and reasons are printed with what a terminal obeys spelled out, as lines and as JSON', async () => {
  const operator = await startOperator(true);
  const { run, read } = operator;
  const server = await operator.look();
  await mutate(server, 'register', { email: EMAIL, password: PASSWORD, name: NAME, deviceName: NAME }, 'userErrors { code }');
  await operator.stop();
  // No mutation accepts these, but an import may have stored them.
  const harmful = "'red' || char(27) || '[31m' || char(155) || '2J' || char(13) || char(8) || char(7) || char(10) || 'root  ADMIN'";
  writeRows(
    operator.dataDir,
    `UPDATE Session SET userAgent = ${harmful}; UPDATE AuditEvent SET reason = ${harmful}, userAgent = ${harmful}`,
  );
  writeRows(operator.dataDir, `UPDATE User SET disabledAt = createdAt, disabledReason = ${harmful} WHERE email = '${EMAIL}'`);
  const commands = [
    ['user', 'list'],
    ['user', 'show', EMAIL],
    ['session', 'list', EMAIL],
    ['audit', '--user', EMAIL],
  ];
  for (const command of commands) {
    const { code, stdout, stderr } = await run(command);
    expect.soft({ code, stderr }, command.join(' ')).toEqual({ code: 0, stderr: '' });
    expect.soft(stdout, command.join(' ')).not.toMatch(OBEYED);
    expect.soft(stdout, command.join(' ')).not.toMatch(/^root {2}ADMIN/m);
    const json = (await run([...command, '--json'])).stdout;
    expect.soft(json, command.join(' ')).not.toMatch(OBEYED);
    expect.soft(() => JSON.parse(json), command.join(' ')).not.toThrow();
  }
  expect((await run(['user', 'list'])).stdout).toContain('Mal\\u{202e}lory\\u{200b}');
  expect((await run(['user', 'show', EMAIL])).stdout).toContain('red\\u{1b}[31m\\u{9b}2J\\u{d}\\u{8}\\u{7}\\u{a}root  ADMIN');
  expect(await read(['user', 'show', EMAIL])).toMatchObject({ name: NAME });
});
