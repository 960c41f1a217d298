/** The server process: reads the configuration, starts the server and handles signals. */
import type { App } from './app.js';
import { type Config, type Environment, findSecretFile, readConfig } from './config/config.js';
import { isOpenToOthers } from './config/open-files.js';
import { keepCompiledCode } from './lib/compile-cache.js';
import { describeFault } from './lib/describe-fault.js';
import { createLog } from './lib/log.js';

/** How long running requests may take to finish after SIGTERM. */
const STOP_WITHIN_MS = 10_000;

/** Starts the server of this process. If that fails, it prints the fault and exits with code 1. */
export async function start(environment?: Environment): Promise<void> {
  // Only the user of the server may access the files that it creates: database, SQLite log, socket.
  process.umask(0o077);
  try {
    const config = readConfig(environment);
    warnOfOpenSecret(config, environment);
    keepCompiledCode(config.dataDir);
    // Imported here, so that its code comes from the cache.
    const { createApp } = await import('./app.js');
    const app = await createApp({ config });
    // Before the greeting, because a supervisor that has read it may send a signal at once.
    stopOnSignals(app);
    const address = await app.listen();
    console.log(greetingFor(address, config, app));
  } catch (error) {
    console.error(describeFault(error));
    process.exit(1);
  }
}

function warnOfOpenSecret(config: Config, environment?: Environment): void {
  const file = findSecretFile(config, environment);
  if (file === null || !isOpenToOthers(file)) return;
  createLog(config.logLevel).warn({ file }, 'every user of this machine can read the secret: run chmod o-rwx on the file');
}

function stopOnSignals(app: App): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => {
      console.error(
        `The stop took longer than ${STOP_WITHIN_MS / 1000} s. It was waiting for ${app.waitingFor ?? 'nothing'}, and ends now.`,
      );
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(describeFault(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

const EXPLORERS = { sandbox: 'Apollo Sandbox', graphiql: 'GraphiQL' } as const;

function greetingFor(address: string, { explorer, metricsPort }: Config, app: App): string {
  const url = `${address}/graphql`;
  const page = explorer === 'off' ? 'Explorer: off' : `${EXPLORERS[explorer]}: open ${url} in a browser`;
  const metrics = metricsPort === 'off' ? 'Metrics: off' : `Metrics: ${app.metrics.listeningOrigin}/metrics`;
  const ask = (query: string, ...options: string[]) =>
    [`curl -s ${url} -H 'content-type: application/json'`, ...options, `-d '${JSON.stringify({ query })}'`].join(' ');
  const bearer = '-H "authorization: Bearer $TOKEN"';
  const register =
    'mutation { register(input: { email: "ada@example.com", password: "correct horse battery" }) { accessToken userErrors { message } } }';
  return `
Latchkey listens at ${url}
${page}
${metrics}

Try it (a second time, with another email):

TOKEN=$(${ask(register)} | sed -E 's/.*"accessToken":"([^"]*)".*/\\1/')
${ask('{ me { id email } }', bearer)}
${ask('mutation { logout { loggedOutAt endedSessions } }', bearer)}
${ask('{ me { id email } }', bearer)}
`;
}
