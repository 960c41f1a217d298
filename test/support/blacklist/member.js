/** A process that opens a blacklist and does what the lines on its standard input say: `<id> <method> <json>`. Dates travel as milliseconds. */
import { createInterface } from 'node:readline';
import { openBlacklist } from '../../../dist/blacklist/open.js';

const blacklist = await openBlacklist({ logLevel: 'error', ...JSON.parse(process.argv[2]) });
const watched = [];

const withDate = (value) => (value?.expiresAt === undefined ? value : { ...value, expiresAt: new Date(value.expiresAt) });

const methods = {
  isRevoked: (token) => blacklist.isRevoked(token),
  /** Whether the answer comes without a promise. */
  isSynchronous: (token) => typeof blacklist.isRevoked(token) === 'boolean',
  revoke: (ids) => blacklist.revoke(ids),
  endUser: ([id, options]) => blacklist.endUser(id, withDate(options)),
  forgetUser: ([id, options]) => blacklist.forgetUser(id, withDate(options)),
  counterOf: (id) => blacklist.counterOf(id),
  watch: (token) => void blacklist.watch(token, (cause) => watched.push(cause)),
  watched: () => watched,
  prune: () => blacklist.prune(),
  status: () => blacklist.status,
  close: () => blacklist.close(),
};

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

createInterface({ input: process.stdin }).on('line', async (line) => {
  const [, id, method, json] = /^(\d+) (\w+) ?(.*)$/.exec(line);
  try {
    const result = await methods[method](json === '' ? undefined : withDate(JSON.parse(json)));
    say({ id: Number(id), result: result ?? null });
  } catch (error) {
    say({ id: Number(id), error: error.name, message: error.message });
  }
});
process.stdin.on('end', () => blacklist.close());
say({ id: 0 });
