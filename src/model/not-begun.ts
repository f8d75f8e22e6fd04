import type { TableName } from './table-name.js';
import type { TableOutcome } from './outcome.js';

const REASON = 'the run was interrupted before; nothing of it was changed';

/** The outcomes in the order of the names; a table that has none was not come to, or was left before its first change. */
export const withNotBegun = (
  names: readonly TableName[],
  outcomes: readonly TableOutcome[],
): readonly TableOutcome[] =>
  names.map(
    (name) =>
      outcomes.find(({ table }) => table === name) ?? { table: name, result: 'skipped', reason: REASON },
  );

export const isNotBegun = (outcome: TableOutcome): boolean =>
  outcome.result === 'skipped' && outcome.reason === REASON;
