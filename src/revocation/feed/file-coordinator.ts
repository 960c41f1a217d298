/** Coordinates where one process owns the database: without verifiers as a single node, and with them by the same reducer as nodes do. */
import type { Commit, Confirmation, Coordinator } from '../coordinator.js';
import type { BellFollower } from '../lease/lease-node.js';
import type { LogDelta } from '../memory/replica.js';

interface Needs {
  /** Applies a commit, where nobody has to be waited for. */
  readonly alone: Coordinator;
  /** Waits for the members. */
  readonly withMembers: Coordinator;
  readonly members: { readonly mayExist: boolean };
  readonly follower: BellFollower;
}

export class FileCoordinator implements Coordinator {
  constructor(private readonly needs: Needs) {}

  async confirm(commit: Commit): Promise<Confirmation> {
    const { alone, withMembers, members, follower } = this.needs;
    if (members.mayExist) return withMembers.confirm(commit);
    const confirmation = await alone.confirm(commit);
    const { clusterId, version } = commit.state;
    follower.ring({ version, carried: clusterId === null ? null : { clusterId, since: commit.since, delta: commit } });
    return confirmation;
  }

  take(delta: LogDelta): void {
    this.needs.alone.take(delta);
  }
}
