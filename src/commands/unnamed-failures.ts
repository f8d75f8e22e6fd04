import type { TableOutcome } from '../model/outcome.js';
import type { TableName } from '../model/table-name.js';

/** Failed tables that their own error does not name: with --quiet nobody could tell whose `status 1` it was. */
export const unnamedFailures = (outcomes: readonly TableOutcome[]): readonly TableName[] =>
  outcomes.flatMap((outcome) =>
    outcome.result === 'failed' && !outcome.error.includes(outcome.table) ? [outcome.table] : [],
  );
