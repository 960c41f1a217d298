/** Two servers alike, one of which sends every request through Apollo Server's pipeline; and all that a client sees of their answers. */
import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { startApp, type TestApp, type TestOptions } from './start-app.js';

/** With a plugin that follows requests, every one goes through the pipeline. */
export const FOLLOWER: ApolloServerPlugin<BaseContext> = { requestDidStart: async () => undefined };

export interface Sent {
  readonly body: object;
  readonly accept?: string | undefined;
  readonly token?: string | undefined;
  readonly headers?: Record<string, string>;
}

/** The first takes the short way, the second the pipeline. */
export async function startLanePair(options: TestOptions): Promise<readonly [TestApp, TestApp]> {
  return [await startApp(options), await startApp({ ...options, plugins: [FOLLOWER] })];
}

/** Everything in an answer that a client can see, except what identifies this one request. */
export async function answerTo({ app }: Pick<TestApp, 'app'>, { body, accept, token, headers: own = {} }: Sent) {
  const { statusCode, headers, payload } = await app.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      'content-type': 'application/json',
      ...(accept === undefined ? {} : { accept }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...own,
    },
    payload: JSON.stringify(body),
  });
  const { 'x-request-id': requestId, date: _date, ...rest } = headers;
  return { statusCode, headers: rest, payload: payload.replaceAll(String(requestId), 'REQUEST') };
}
