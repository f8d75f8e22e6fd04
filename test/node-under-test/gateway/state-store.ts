import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readState, stateText, type TableState } from './state-file.js';
import { ringMembers, type RingMembers } from './schema-agreement.js';
import { oneAtATime, type OneAtATime } from './one-at-a-time.js';

export interface StateStore {
  /** The state of the table with this id, or an empty one. */
  read(table: { readonly keyspace: string; readonly id: string; readonly name: string }): TableState;
  /** The state kept for a keyspace whatever the table's id is, to find the real name behind a stored one. */
  peek(keyspace: string): TableState | undefined;
  all(): readonly (readonly [keyspace: string, state: TableState])[];
  write(keyspace: string, state: TableState): void;
  remove(keyspace: string): void;
  /** Shared by the gateways of the ring, for what they must not do side by side. */
  readonly turns: OneAtATime;
  readonly members: RingMembers;
}

const open = new Map<string, StateStore>();

/**
 * The file is written beside and renamed, so that it is whole whenever the process is killed. Gateways of one process
 * that name the same file share one store. Throws when the file is there and is not what we wrote.
 */
export function openState(path: string): StateStore {
  const file = resolve(path);
  const known = open.get(file) ?? newStore(file);
  open.set(file, known);
  return known;
}

function newStore(file: string): StateStore {
  const tables = new Map(Object.entries(readState(file)));
  const save = (): void => {
    const beside = `${file}.new`;
    const text = stateText(Object.fromEntries(tables));
    try {
      writeFileSync(beside, text, { mode: 0o600 });
      renameSync(beside, file);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  };

  return {
    read({ keyspace, id, name }) {
      const state = tables.get(keyspace);
      return state?.id === id ? state : { id, name, tags: {}, tablets: false, indexes: {} };
    },
    peek: (keyspace) => tables.get(keyspace),
    all: () => [...tables],
    write(keyspace, state) {
      tables.set(keyspace, state);
      save();
    },
    remove(keyspace) {
      if (tables.delete(keyspace)) save();
    },
    turns: oneAtATime(),
    members: ringMembers(),
  };
}
