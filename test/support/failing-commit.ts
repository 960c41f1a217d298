/** Makes COMMITs fail in the two ways that a caller can't tell apart: before they happened, and after. */
import { onTestFinished } from 'vitest';
import { DurableSqliteFactory } from '../../src/database/sqlite-adapter.js';

/** `lost`: rolled back; `late`: it happened, and its answer was lost; `null`: as it should be. */
export type CommitFault = 'lost' | 'late' | null;

export interface FailingCommit {
  /** What the next COMMIT does; the ones after it are as they should be. */
  fault: CommitFault;
  /** While it is true, no new connection can be had. */
  isCutOff: boolean;
}

/** Until the test ends. Call it before `startApp`. */
export function makeCommitFail(): FailingCommit {
  const faults: FailingCommit = { fault: null, isCutOff: false };
  const { connect } = DurableSqliteFactory.prototype;
  DurableSqliteFactory.prototype.connect = async function () {
    if (faults.isCutOff) throw Object.assign(new Error('no connection'), { name: 'LibsqlError' });
    const adapter = await connect.call(this);
    const begin = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => {
      const transaction = await begin(isolationLevel);
      const { commit, rollback } = { commit: transaction.commit.bind(transaction), rollback: transaction.rollback.bind(transaction) };
      transaction.commit = async () => {
        const { fault } = faults;
        faults.fault = null;
        if (fault === null) return commit();
        await (fault === 'late' ? commit() : rollback());
        throw Object.assign(new Error('disk I/O error'), { name: 'LibsqlError' });
      };
      return transaction;
    };
    return adapter;
  };
  onTestFinished(() => {
    DurableSqliteFactory.prototype.connect = connect;
  });
  return faults;
}
