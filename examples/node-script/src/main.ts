/** Registers, asks for its user, follows the events of its sessions, logs out, and shows that the old token is refused. */
import { createClient, type ExecutionResult } from 'graphql-sse';
import { createAuthClient } from 'latchkey/client';
import { ask } from './ask.js';
import { MeDocument, SessionEventsDocument, type SessionEventsSubscription } from './gql/graphql.js';

const url = process.argv[2] ?? 'http://127.0.0.1:4000/graphql';
const credentials = { email: `ada.${Date.now()}@example.com`, password: 'correct horse battery' };

// Mistakes of the user are in `userErrors`. If the request fails, the client throws an `AuthError`.
const auth = createAuthClient({ url, tokens: 'memory' });
const { userErrors } = await auth.register({ ...credentials, deviceName: 'Laptop' });
if (userErrors[0]) throw new Error(userErrors[0].message);

const token = await auth.getAccessToken();
const { data } = await ask(url, token, MeDocument);
console.log(`I am ${data?.me?.email}.`);

// A function, because each new connection needs a token that is valid at that time.
const stream = createClient({ url, headers: async () => ({ authorization: `Bearer ${await auth.getAccessToken()}` }) });
let isConnected = () => {};
const connected = new Promise<void>((resolve) => {
  isConnected = resolve;
});
const events = stream.iterate<SessionEventsSubscription>({ query: `${SessionEventsDocument}` }, { connected: isConnected });
await connected;

async function hear(): Promise<string> {
  const { value } = await events.next();
  const { data, errors }: ExecutionResult<SessionEventsSubscription, unknown> = value ?? {};
  const event = data?.sessionEvents;
  if (event) return [event.session?.deviceName, event.kind, event.reason].filter(Boolean).join(' ');
  return errors?.map(({ extensions }) => `${extensions.code} ${extensions.reason}`).join() ?? 'the end';
}

const phone = createAuthClient({ url, tokens: 'memory' });
await phone.login({ ...credentials, deviceName: 'Phone' });
console.log(`Heard: ${await hear()}.`);
await phone.logout();
console.log(`Heard: ${await hear()}.`);

const { server, endedSessions } = await auth.logout();
console.log(`Logout: ${server}, sessions ended: ${endedSessions}.`);
console.log(`Heard: ${await hear()}, then ${await hear()}.`);

const { errors } = await ask(url, token, MeDocument);
console.log(`With the old token: ${errors?.[0]?.message}`);
