/** Core events cross nodes, with doorbells (NOTIFY) and without, and a lost connection loses none. */
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { AUDIT_EVENTS, follow, SESSION_EVENTS } from '../support/app/followers.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeCommitFail } from '../support/database/failing-commit.js';
import { logOut } from '../support/mutations/mutations.js';
import { startLeaseNodes } from '../support/postgresql/lease-nodes.js';
import { cutConnections, cutListeners, untilAvailable } from '../support/postgresql/outages.js';
import { withDatabase } from '../support/postgresql/postgresql.js';
import { decode } from '../support/tokens/tokens.js';

interface Listening {
  readonly node: TestApp;
  readonly address: string;
}

async function startThree(settings: Record<string, string> = {}): Promise<{ url: string; nodes: [Listening, Listening, Listening] }> {
  const { nodes, url } = await startLeaseNodes([settings, settings, settings]);
  const listening = await Promise.all(nodes.map(async (node) => ({ node, address: await node.app.listen() })));
  return { url, nodes: listening as [Listening, Listening, Listening] };
}

test.for(['on', 'off'])('with DOORBELL=%s an event reaches the followers on every node, once [R29]', async (DOORBELL) => {
  const { nodes } = await startThree({ DOORBELL });
  const [one, two, three] = nodes;
  const { accessToken } = await one.node.register();
  const followers = await Promise.all(nodes.map(({ node, address }) => follow(node, address, accessToken)));
  const { accessToken: token, sid, refreshToken } = await two.node.login();
  await three.node.refresh(refreshToken);
  await logOut(one.node, { token });
  for (const follower of followers) {
    const events = await follower.until('CREATED', 'REFRESHED', 'ENDED');
    expect(new Set(events.map((event) => `${event.kind} ${event.sessionId}`))).toEqual(
      new Set([`CREATED ${sid}`, `REFRESHED ${sid}`, `ENDED ${sid}`]),
    );
    expect(follower.socket.frames.filter(({ type }) => type === 'next')).toHaveLength(3);
  }
});

test('who moves from node to node while much happens everywhere hears of everything [R29]', async () => {
  const { nodes } = await startThree();
  const [one] = nodes;
  const { accessToken } = await one.node.register();
  const heard = new Set<string>();
  const committed: string[] = [];
  let isOver = false;
  const write = async ({ node }: Listening) => {
    for (let round = 0; round < 12; round += 1) {
      const { accessToken: token, sid } = await node.login();
      // Transactions of other nodes with earlier instants are still under way.
      node.clock.advance(1);
      await logOut(node, { token });
      committed.push(`CREATED ${sid}`, `ENDED ${sid}`);
    }
  };
  const move = async () => {
    let after: string | undefined;
    for (let round = 0; ; round += 1) {
      const { node, address } = nodes[round % 3] as Listening;
      const isLast = isOver;
      const follower = await follow(node, address, accessToken, SESSION_EVENTS, { after });
      if (isLast) await follower.until(...committed.filter((name) => !heard.has(name)));
      else await follower.socket.heardMore();
      for (const { kind, sessionId, id } of follower.events()) {
        heard.add(`${kind} ${sessionId}`);
        after = id;
      }
      follower.socket.raw.terminate();
      if (isLast) return;
    }
  };
  const moving = move();
  await Promise.all(nodes.map(write));
  // The node may be waiting for an event.
  const { sid } = await one.node.login();
  committed.push(`CREATED ${sid}`);
  isOver = true;
  await moving;
  expect([...heard].filter((name) => committed.includes(name)).sort()).toEqual(committed.sort());
});

test('what happens while a node hears no bells, and while it is cut off, is found by looking [R29]', async () => {
  const { nodes, url } = await startThree();
  const [one, two] = nodes;
  const { accessToken } = await one.node.register();
  const follower = await follow(two.node, two.address, accessToken);
  await cutListeners(url);
  const first = await untilAvailable(() => one.node.login());
  await follower.until(`CREATED ${first.sid}`);
  await cutConnections(url);
  const second = await untilAvailable(() => one.node.login());
  await follower.until(`CREATED ${second.sid}`);
});

test('what was committed late stands before the last event that was heard, and is told all the same [R29]', async () => {
  const { nodes, url } = await startThree();
  const [{ node, address }] = nodes;
  const { accessToken } = await node.register();
  const userId = String(decode(accessToken).claims.sub);
  /** Commits like a node whose transaction took long, and that died before it could notify the others. */
  const commitLate = async (id: string) => {
    const at = new Date(node.clock.now() - 15_000);
    const sql = `INSERT INTO "AuditEvent" ("id", "at", "kind", "userId", "sessionId", "actor") VALUES ($1, $2, 'session.ended', $3, $1, 'server')`;
    await withDatabase(url, (client) => client.query(sql, [id, at, userId]));
  };
  const before = await follow(node, address, accessToken);
  const first = 'first-late-event-00000';
  await commitLate(first);
  await before.until(`ENDED ${first}`);
  const { sid } = await node.login();
  const last = (await before.until(`CREATED ${sid}`)).at(-1);
  before.socket.raw.terminate();
  const second = 'second-late-event-0000';
  await commitLate(second);
  const again = await follow(node, address, accessToken, SESSION_EVENTS, { after: last?.id });
  await again.until(`ENDED ${second}`);
});

test('an event whose COMMIT happened, and only its answer was lost, is told all the same [R29]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const address = await app.app.listen();
  const admin = await makeAdministrator(app);
  const { accessToken, sid } = await app.register();
  const follower = await follow(app, address, admin.accessToken, AUDIT_EVENTS);
  commits.fault = 'late';
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  await follower.until(`SESSION_ENDED ${sid}`);
});
