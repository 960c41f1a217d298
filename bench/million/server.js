/** The built server on a seeded database, and an administrator who is logged in. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PASSWORD = 'correct horse battery';

/** Runs a command of `latchkey`. */
export function latchkey(settings, ...args) {
  const env = { PATH: process.env.PATH, ...settings };
  return execFileSync(process.execPath, ['dist/command/latchkey.js', ...args], {
    cwd: root,
    env,
    input: PASSWORD,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** The same, while this process goes on. A finding of `doctor` that is wrong is no failure here. */
export async function latchkeyAside(settings, ...args) {
  const child = spawn(process.execPath, ['dist/command/latchkey.js', ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, ...settings },
    stdio: 'ignore',
  });
  await once(child, 'exit');
}

export async function startServer(settings) {
  const env = { PATH: process.env.PATH, PORT: '0', LOG_LEVEL: 'warn', ...settings };
  const child = spawn(process.execPath, ['dist/command/latchkey.js', 'start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  let url;
  while (url === undefined) {
    const [chunk] = await once(child.stdout, 'data');
    printed += chunk;
    url = /listens at (\S+\/graphql)/.exec(printed)?.[1];
  }
  const ask = async (query, token) => {
    const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const answer = await (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) })).json();
    if (answer.errors !== undefined) throw new Error(`${query}: ${JSON.stringify(answer.errors)}`);
    return answer.data;
  };
  const open = async (mutation, email) => {
    const data = await ask(
      `mutation { ${mutation}(input: { email: "${email}", password: "${PASSWORD}" }) { accessToken userErrors { code } } }`,
    );
    return data[mutation].accessToken;
  };
  return {
    ask,
    open,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
