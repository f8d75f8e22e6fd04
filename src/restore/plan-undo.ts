import type { NodeIdentity } from '../engine/engine.js';
import type { TableRecord } from '../model/table-record.js';
import type { TableName } from '../model/table-name.js';
import type { JobTable } from '../model/job.js';
import { planOne, type RestoreStep, type TableFacts } from './plan.js';
import type { RestoreRequest } from './request.js';
import type { SafetyCopy } from './safety-copy.js';
import { savedOfCopy } from './saved-of-copy.js';

/** What is known of a table whose restore is to be taken back. */
export interface UndoFacts {
  readonly job: string;
  readonly entry: JobTable;
  readonly name: TableName;
  /** The table before; undefined when there was none. */
  readonly copy: SafetyCopy | undefined;
  readonly live: TableFacts['live'];
  readonly neighbours: TableFacts['neighbours'];
}

/** The way back: the copy is loaded like a backup, and a table that was not there before goes. */
export function planUndo(facts: UndoFacts, request: RestoreRequest, node: NodeIdentity): RestoreStep {
  const { job, entry, name, copy, live, neighbours } = facts;
  if (copy) {
    const found = { source: { kind: 'copy', job, copy }, saved: savedOfCopy(copy) } as const;
    return planOne({ name, found, live, neighbours }, { ...request, schema: copy.way }, node);
  }
  const fail = (reason: string): RestoreStep => ({ action: 'fail', name, reason, kind: 'refused' });
  if (live.kind === 'missing') return fail(`the table '${name}' that the job made is not there any more`);
  const made: TableRecord | undefined = live.kind === 'table' ? live.record : undefined;
  if (made?.id !== entry.madeId) return fail(`the table '${name}' is not the one that the job made`);
  return { action: 'delete', name, job, live: made };
}
