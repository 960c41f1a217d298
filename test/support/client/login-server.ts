/** A login server for the client tests, and what a test does to it behind the client's back, with JSON arguments and results. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { Authorized, Resolver, Root, Subscription } from 'type-graphql';
import type { Environment } from '../../../src/config/config.js';
import { makeAdministrator } from '../app/administrators.js';
import { copyTemplate, type LaunchedApp, launchApp } from '../app/launch-app.js';
import type { Client, Tokens } from '../app/requests.js';
import { interceptDriver } from '../database/driver.js';
import { type CommitFault, connectFailing, type FailingCommit } from '../database/failing-commit.js';
import { NameResolver } from '../resolvers/own-resolvers.js';
import { Ticks, untilListeners } from '../resolvers/ticks.js';
import { findFreePort } from '../sockets/ports.js';

export interface LoginServer extends Client {
  /** Moves the server's clock, which otherwise stands still. */
  advance(seconds: number): Promise<void>;
  makeAdministrator(): Promise<Tokens>;
  revokeUserSessions(email: string): Promise<void>;
  /** Sets the fault of the next COMMIT. */
  failCommit(fault: CommitFault): Promise<void>;
  /** Sends a tick to every subscriber of `subscription { tick }`. */
  emitTick(tick: number): Promise<void>;
  /** Waits until this many subscribers are listening. */
  untilListeners(count: number): Promise<void>;
  /** Waits until this many subscriptions have begun, including those that have ended. */
  untilListened(times: number): Promise<void>;
  /** A port on which no server listens. */
  findFreePort(): Promise<number>;
}

export interface StartedServer {
  readonly server: LoginServer;
  readonly address: string;
  stop(): Promise<void>;
}

/** The events come from this server's own publisher, because several servers run at once. */
@Authorized()
@Resolver()
class PublishedTickResolver {
  @Subscription(() => Number, { topics: 'tick' })
  tick(@Root() tick: number): number {
    return tick;
  }
}

/** Intercepting the driver affects every connection of the process, so the servers start one after another. */
const inTurn = pLimit(1);

export function startLoginServer(settings: Environment): Promise<StartedServer> {
  return inTurn(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-'));
    const ticks = new Ticks();
    const faults: FailingCommit = { fault: null, isCutOff: false };
    const restore = interceptDriver((connect) => connectFailing(connect, faults));
    try {
      copyTemplate(dataDir);
      const app = await launchApp(dataDir, {
        settings: { REVOCATION_CHECK: 'memory', ...settings },
        resolvers: [PublishedTickResolver, NameResolver],
        pubSub: { publish: () => undefined, subscribe: () => ticks.listen() },
      });
      const stop = async () => {
        await app.close();
        rmSync(dataDir, { recursive: true, force: true });
      };
      return { server: createLoginServer(app, ticks, faults), address: await app.app.listen(), stop };
    } finally {
      restore();
    }
  });
}

function createLoginServer(app: LaunchedApp, ticks: Ticks, faults: FailingCommit): LoginServer {
  const { send, register, login, refresh, ask } = app;
  return {
    send,
    register,
    login,
    refresh,
    ask,
    findFreePort,
    advance: async (seconds) => app.clock.advance(seconds),
    makeAdministrator: () => makeAdministrator(app),
    revokeUserSessions: async (user) => void (await app.app.administration.revokeUserSessions({ user })),
    failCommit: async (fault) => {
      faults.fault = fault;
    },
    emitTick: async (tick) => ticks.emit(tick),
    untilListeners: (count) => untilListeners(ticks, count),
    async untilListened(times) {
      while (ticks.begun < times) await ticks.untilChanged();
    },
  };
}
