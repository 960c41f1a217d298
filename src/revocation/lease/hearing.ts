/** Trusts LISTEN only after an echo has arrived: a transaction pooler accepts it but never delivers a notification. */
import type { Doorbell } from './doorbell.js';

export interface Hearing {
  /** Call it whenever the connection is made or lost. */
  connected(isConnected: boolean): void;
  stop(): void;
}

/**
 * @param onHearing called with true once an echo has arrived, and with false when the connection is lost
 * @param onDeaf called once for each connection whose first echo does not arrive; the echo is then repeated until one arrives
 */
export function hearing(doorbell: Pick<Doorbell, 'echo'>, onHearing: (isHeard: boolean) => void, onDeaf: () => void): Hearing {
  let connections = 0;
  const listenOn = async (connection: number): Promise<void> => {
    for (let tries = 1; connection === connections; tries += 1) {
      const isHeard = await doorbell.echo();
      if (connection !== connections) return;
      if (isHeard) return onHearing(true);
      if (tries === 1) onDeaf();
    }
  };
  return {
    connected(isConnected) {
      connections += 1;
      if (isConnected) void listenOn(connections);
      else onHearing(false);
    },
    stop() {
      connections += 1;
    },
  };
}
