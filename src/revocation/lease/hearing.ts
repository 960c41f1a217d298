/** LISTEN is believed once something has been heard: a pooler of transactions accepts it, and then nothing ever comes. */
import type { Doorbell } from './doorbell.js';

export interface Hearing {
  /** To be told of each connection that is made or lost. */
  connected(isConnected: boolean): void;
  stop(): void;
}

/**
 * @param onHearing told when doorbells are heard, and when not any more
 * @param onDeaf told once for each connection on which nothing comes back; it is tried again and again
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
