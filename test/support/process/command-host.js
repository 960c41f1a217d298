/**
 * Runs commands of `latchkey` one after another in one process, each as if it had a process of its own: arguments, environment, folder, input,
 * output and exit code. Loading the program costs ten times what most commands do.
 */
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const home = process.cwd();
const entry = pathToFileURL(`${home}/dist/command/latchkey.js`).href;
const output = { stdout: '', stderr: '' };
let count = 0;
/** What the process of the command would have left behind, once it has called `process.exit`. */
let left = null;

for (const stream of ['stdout', 'stderr']) {
  process[stream].write = (text, ...rest) => {
    output[stream] += text;
    rest.find((value) => typeof value === 'function')?.();
    return true;
  };
}

/** The code after the call must not go on, and what it does all the same while the error passes through it does not count. */
process.exit = (code) => {
  left ??= { code: code ?? process.exitCode ?? 0, ...output };
  throw new Error('the process of the command has ended');
};

process.on('message', async ({ args, env, cwd, stdin }) => {
  process.send(await run(args, env, cwd ?? home, stdin ?? ''));
});

async function run(args, env, cwd, stdin) {
  Object.assign(output, { stdout: '', stderr: '' });
  left = null;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, entry, ...args];
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { value: Readable.from(stdin === '' ? [] : [stdin]), configurable: true });
  count += 1;
  // Only the entry itself is loaded anew: it reads the arguments and runs the command.
  const failure = await import(`${entry}?run=${count}`).then(
    () => null,
    (error) => error,
  );
  if (left !== null) return left;
  return failure === null
    ? { code: process.exitCode ?? 0, ...output }
    : { code: 1, stdout: output.stdout, stderr: `${output.stderr}${failure.stack}` };
}
