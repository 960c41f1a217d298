/** Routes that an application adds to the server beside /graphql. */
import { expect, test } from 'vitest';
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
