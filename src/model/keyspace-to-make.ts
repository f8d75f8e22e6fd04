import { withoutOption, withOptionSet } from '../cql/edit-options.js';
import { withOptions } from '../cql/with-options.js';
import type { CreationTarget } from './creation-tags.js';
import { canHold, fittingReplication, type Topology } from './ring-share.js';
import { rule } from './version-rules.js';

/** A saved CREATE KEYSPACE as it can be run here, and what had to be changed in it. */
export interface KeyspaceToMake {
  readonly statement: string;
  readonly changes: readonly KeyspaceChange[];
}

export interface KeyspaceChange {
  /** For people, with the reason. */
  readonly text: string;
  /** The keyspace will not be as it was. */
  readonly isLoss: boolean;
}

export interface KeyspacePlace {
  readonly engine: string;
  readonly target: CreationTarget;
  readonly topology: Topology;
}

/**
 * Without a `tablets` clause a newer server decides by itself (recorded cql 203, 204), and an older one does not know the clause;
 * more copies than there are nodes are taken by any server, and no quorum can be had.
 */
export function keyspaceToMake(saved: string, { engine, target, topology }: KeyspacePlace): KeyspaceToMake {
  const { server, tablets } = target;
  const options = withOptions(saved);
  let statement = saved;
  const changes: KeyspaceChange[] = [];

  const replication = options.get('replication');
  if (replication && !canHold(replication.text, topology)) {
    const fitting = fittingReplication(replication.text, topology);
    statement = withOptionSet(statement, 'replication', fitting);
    const text = `keyspace replication = ${replication.text} becomes ${fitting}: this ring has not the nodes for it`;
    changes.push({ text, isLoss: true });
  }
  if (engine !== 'Scylla') return { statement, changes };
  const hasTablets = rule(server, 'tablets-exist');
  if (!hasTablets && options.has('tablets')) {
    statement = withoutOption(statement, 'tablets');
    changes.push({ text: 'keyspace tablets is not sent: this server has none', isLoss: false });
  }
  if (hasTablets && tablets !== undefined && !options.has('tablets')) {
    statement = withOptionSet(statement, 'tablets', `{'enabled': ${tablets}}`);
    const text = `keyspace tablets = {'enabled': ${tablets}} is added: so the table lay, and the backup's statement leaves it to the server`;
    changes.push({ text, isLoss: false });
  }
  return { statement, changes };
}
