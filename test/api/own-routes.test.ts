/** Routes that an application adds to the server beside /graphql. */
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { startApp } from '../support/app/start-app.js';

test('a route of an application is held to its schemas, going in and going out', async () => {
  const { app } = await startApp({});
  app.server.post('/orders', {
    schema: {
      headers: { type: 'object', required: ['x-shop'], properties: { 'x-shop': { type: 'string' } } },
      body: { type: 'object', required: ['count'], properties: { count: { type: 'integer', minimum: 1 } } },
      response: { 200: { type: 'object', properties: { count: { type: 'integer' } } } },
    },
    handler: async (request) => ({ ...(request.body as object), secret: 'of the application' }),
  });
  const order = (count: unknown, headers: Record<string, string>) =>
    app.server.inject({ method: 'POST', url: '/orders', payload: { count }, headers });

  expect((await order(2, { 'x-shop': 'one' })).json()).toEqual({ count: 2 });
  expect((await order(0, { 'x-shop': 'one' })).statusCode).toBe(400);
  expect((await order(2, {})).statusCode).toBe(400);
});

test('a route or a plugin that refuses with a status of its own keeps it, with the code that clients know', async () => {
  const { log, lines } = collectLog();
  const { app } = await startApp({ log });
  app.server.get('/refusing/:status', async ({ params }) => {
    throw Object.assign(new Error('secret cause'), { statusCode: Number((params as { status: string }).status) });
  });
  const expected = {
    400: 'BAD_REQUEST',
    403: 'FORBIDDEN',
    404: 'NOT_FOUND',
    429: 'RATE_LIMITED',
    500: 'INTERNAL_SERVER_ERROR',
    503: 'AUTH_UNAVAILABLE',
  };
  for (const [status, code] of Object.entries(expected)) {
    const { statusCode, payload } = await app.server.inject(`/refusing/${status}`);
    expect.soft([statusCode, JSON.parse(payload).errors[0].extensions.code]).toEqual([Number(status), code]);
    expect.soft(payload).not.toContain('secret');
  }
  expect(JSON.parse((await app.server.inject('/refusing/503')).payload).errors[0].extensions.retryAfter).toBe(1);
  expect(lines.filter(({ level }) => level === 50)).toHaveLength(3);
});
