/** An optional text that is empty means absent, everywhere in the schema: forms send it for a field that was not filled in. */
import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLField, type GraphQLInputType, getNamedType, isNonNullType } from 'graphql';
import { expect, test } from 'vitest';
import { ADMIN_EMAIL, makeAdministrator } from '../support/app/administrators.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { sendMutation, tokenFor } from '../support/mutations/mutation-example.js';
import { mutate } from '../support/mutations/mutations.js';
import { EXAMPLES, PUBLIC_MUTATIONS } from '../support/mutations/public-mutations.js';
import { startWorld } from '../support/mutations/world.js';
import { openStream } from '../support/sockets/event-streams.js';

const isOptionalText = ({ type }: { readonly type: GraphQLInputType }) =>
  !isNonNullType(type) && ['String', 'ID'].includes(getNamedType(type).name);

const OPTIONAL = PUBLIC_MUTATIONS.map(([name, fields]) => [name, fields.filter(isOptionalText).map((field) => field.name)] as const).filter(
  ([, texts]) => texts.length > 0,
);

test.each(OPTIONAL)('%s answers to empty optional texts as it does without them', async (name, texts) => {
  const example = EXAMPLES[name];
  const answerTo = async (instead: object) => {
    const world = await startWorld();
    const right = Object.entries(example?.input?.(world) ?? {}).filter(([field]) => !texts.includes(field));
    return sendMutation(world, name, { ...Object.fromEntries(right), ...instead }, tokenFor(world, example?.by ?? 'anybody'));
  };
  expect(await answerTo(Object.fromEntries(texts.map((text) => [text, ''])))).toBe(await answerTo({}));
});

test('what was left empty is stored as absent', async () => {
  const app = await startApp();
  const { accessToken: root } = await makeAdministrator(app);
  const input = { email: EMAIL, password: PASSWORD, name: '', deviceName: '' };
  const { data } = await mutate(app, 'register', input, 'user { id name } session { deviceName }');
  expect(data.register).toMatchObject({ user: { name: null }, session: { deviceName: null } });
  const disabled = await mutate(app, 'disableUser', { userId: data.register.user.id, reason: '' }, 'user { disabledReason }', root);
  expect(disabled.data.disableUser).toEqual({ user: { disabledReason: null } });
  const created = await app.app.administration.createUser({ email: 'grace@example.com', password: PASSWORD, name: '' });
  expect(created).toMatchObject({ kind: 'done', result: { name: null } });
});

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

/** The optional texts among the arguments of these fields, each with its field. */
function textsOf(fields: Readonly<Record<string, GraphQLField<unknown, unknown>>> = {}) {
  return Object.values(fields).flatMap(({ name, args }) => args.filter(isOptionalText).map((argument) => [name, argument.name] as const));
}

const NODES: Readonly<Record<string, string>> = { users: '{ nodes { id } }', auditEvents: '{ nodes { id } }' };

test.each(textsOf(schema.getQueryType()?.getFields()))('%s answers to an empty "%s" as it does without it', async (field, argument) => {
  const app = await startApp();
  const { accessToken: token } = await makeAdministrator(app);
  await app.register('eve@example.com');
  const answerTo = async (filter: string) => (await app.send(`{ ${field}${filter} ${NODES[field]} }`, { token })).text;
  const without = await answerTo('');
  expect(without).toContain('"nodes":[{');
  expect(await answerTo(`(${argument}: "")`)).toBe(without);
});

test.each(textsOf(schema.getSubscriptionType()?.getFields()))(
  '%s listens with an empty "%s" as it does without it',
  async (field, argument) => {
    const app = await startApp();
    const address = await app.app.listen();
    const { accessToken } = await makeAdministrator(app);
    const stream = await openStream(address, `subscription { ${field}(${argument}: "") { kind } }`, accessToken);
    await stream.hear(':\n\n');
    await app.login(ADMIN_EMAIL);
    await stream.hear(`{"data":{"${field}":{"kind":"`);
    stream.leave();
  },
);
