/** The files under `deploy/`, the image and docs/operations.md agree with the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { documentedSettings } from '../src/config/settings-table.js';
import { FEED_CONNECTIONS, SIDE_CONNECTIONS } from '../src/database/engine.js';
import { metricsIn, numberIn, pathsIn, variablesIn } from './support/house/deployment.js';
import { namesIn } from './support/house/documents.js';
import { readSources } from './support/house/sources.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

const FILES = ['Dockerfile', ...readdirSync(`${root}deploy`).map((name) => `deploy/${name}`)];
const documented = documentedSettings();
const settings = documented.map(({ name }) => name);
/** Variables of the neighbouring containers and of the build, which are no settings of ours. */
const FOREIGN = ['NODE', 'POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_PASSWORD', 'POSTGRES_INITDB_ARGS'];

test('every variable that is set for a node is a setting', () => {
  expect(FILES).toContain('deploy/.env.example');
  const strange = FILES.flatMap((path) =>
    variablesIn(read(path))
      .filter((name) => !settings.includes(name) && !FOREIGN.includes(name))
      .map((name) => `${path}: ${name}`),
  );
  expect(strange).toEqual([]);
  expect(variablesIn(read('deploy/compose.yaml'))).toContain('TRUST_PROXY');
  expect(variablesIn(read('deploy/kubernetes.yaml'))).toEqual(expect.arrayContaining(['DATA_DIR', 'LATCHKEY_SECRET']));
});

test('what compose asks for stands in the example of its .env, and nothing else', () => {
  const asked = [...read('deploy/compose.yaml').matchAll(/\$\{(\w+)/g)].map((match) => match[1]);
  expect([...new Set(asked)].sort()).toEqual(variablesIn(read('deploy/.env.example')));
});

test('docs/operations.md has a row for every figure of /metrics, and the alerts name no other', () => {
  const figures = metricsIn(read('src/http/metrics.ts'));
  expect(figures).toContain('latchkey_revocation_latency_seconds');
  const told = namesIn(read('docs/operations.md')).filter((name) => name.startsWith('latchkey_'));
  expect(told.sort()).toEqual(figures);
  const alerting = metricsIn(read('deploy/alerts.yaml'));
  expect(alerting.length).toBeGreaterThan(3);
  expect(alerting.filter((name) => !figures.includes(name))).toEqual([]);
});

test('every path that is asked for is served', () => {
  const sources = Object.values(readSources(root, 'src/http')).join('\n');
  const asked = [...new Set(FILES.flatMap((path) => pathsIn(read(path))))];
  expect(asked).toEqual(expect.arrayContaining(['/livez', '/readyz', '/metrics', '/graphql', '/.well-known/jwks.json']));
  expect(asked.filter((path) => !sources.includes(`'${path}'`))).toEqual([]);
});

const PROXIES: readonly (readonly [string, readonly RegExp[]])[] = [
  ['haproxy.cfg', [/acl is_public path (.*)/, /acl is_public path_beg (.*)/]],
  ['nginx.conf', [/location (?:= )?(\/\S+) \{/g]],
  ['Caddyfile', [/@public path (.*)/]],
  ['traefik.yaml', [/Path(?:Prefix)?\(`([^`]+)`\)/g]],
];

test.each(PROXIES)('deploy/%s lets through the public paths and no others, and replaces what a client could make up', (name, patterns) => {
  const text = read(`deploy/${name}`).replace(/^\s*#.*$/gm, '');
  const found = patterns.flatMap((pattern) => [...text.matchAll(new RegExp(pattern, 'g'))].flatMap(([, paths = '']) => paths.split(' ')));
  const paths = [...new Set(found.map((path) => path.replace(/\*$/, '')))].sort();
  expect(paths).toEqual([
    '/.well-known/jwks.json',
    '/.well-known/oauth-authorization-server',
    '/account',
    '/account/',
    '/graphiql/',
    '/graphql',
    '/livez',
    '/oauth/introspect',
    '/oauth/revoke',
  ]);
  expect(text).not.toContain('metrics');
  expect(text).toMatch(/Forwarded:? ""|(?:del-header |header_up -)Forwarded/);
});

test('deploy/nginx.conf, Caddyfile and traefik.yaml pass on Host, and wait as long as a logout may', () => {
  expect(read('deploy/nginx.conf')).toMatch(/proxy_set_header Host \$http_host;/);
  expect(read('deploy/traefik.yaml')).toMatch(/passHostHeader: true/);
  // Caddy passes it on unless it is told otherwise.
  expect(read('deploy/Caddyfile')).not.toMatch(/header_up Host/);
  expect(numberIn(read('deploy/nginx.conf'), 'proxy_read_timeout')).toBeGreaterThan(60);
});

test('whoever stops a node gives it the time that it takes', () => {
  const takes = numberIn(read('src/main.ts'), 'STOP_WITHIN_MS') / 1000;
  const kubernetes = read('deploy/kubernetes.yaml');
  expect(numberIn(read('deploy/compose.yaml'), 'stop_grace_period')).toBeGreaterThan(takes);
  const sleep = numberIn(kubernetes, 'sleep');
  expect(numberIn(kubernetes, 'terminationGracePeriodSeconds')).toBeGreaterThan(sleep + takes);
});

test('the port, the folder and the connections are told as they are', () => {
  const port = documented.find(({ name }) => name === 'PORT')?.fallback.replaceAll('`', '');
  expect(read('Dockerfile')).toContain(`EXPOSE ${port}`);
  expect(read('deploy/kubernetes.yaml')).toContain(`containerPort: ${port}`);
  expect(read('deploy/haproxy.cfg')).toContain(`node1:${port}`);
  const more = SIDE_CONNECTIONS + FEED_CONNECTIONS;
  expect(read('docs/operations.md')).toContain(`(\`DATABASE_POOL_SIZE\` + ${more})`);
  expect(documented.find(({ name }) => name === 'DATABASE_POOL_SIZE')?.meaning).toContain(`beside ${more} `);
});

test('the image is made of what .dockerignore lets through', () => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, names = '']) => names.split(' '));
  const allowed = [...read('.dockerignore').matchAll(/^!(.*)$/gm)].map((match) => match[1]);
  expect(copied.sort()).toEqual(allowed.sort());
});

test('names are found in every format, and comments are none', () => {
  const text = `# OFF: 1\n  A_B: 1\nC_D=\n    - name: E_F\n      value: \${G_H:?x}\nENV I=1 J_K=2\n  key: value`;
  expect(variablesIn(text)).toEqual(['A_B', 'C_D', 'E_F', 'G_H', 'J_K']);
  expect(metricsIn('rate(latchkey_x_seconds_bucket[5m]) > latchkey_y_total')).toEqual(['latchkey_x_seconds', 'latchkey_y_total']);
  expect(pathsIn('uri /readyz ver\nhttpGet: { path: /livez, port }\n- path: /graphql\nlocation = /a {')).toEqual([
    '/a',
    '/graphql',
    '/livez',
    '/readyz',
  ]);
  expect(() => numberIn('a: 1', 'b')).toThrow('b is not there');
});
