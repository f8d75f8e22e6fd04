import { setTimeout as sleep } from 'node:timers/promises';
import { internal } from './api-error.js';
import type { Database } from './database.js';
import { moveIntoColumns } from './move-into-columns.js';
import type { Schemas } from './schemas.js';
import type { TableSchema } from './table-schema.js';
import type { TableState } from './state-file.js';
import type { StateStore } from './state-store.js';

/** Brings attributes that lie in `":attrs"` into the columns that indexes added later are keyed by. */
export interface IndexFilling {
  /** Fills the waiting indexes of this table in the background, again and again until it has succeeded. */
  begin(table: Pick<TableSchema, 'keyspace' | 'id'>): void;
  /** Goes on with everything that a previous process left unfinished. */
  resume(): void;
  /** Throws when the indexes of the table could not be filled for so long that it can be no restart of the database. */
  verifyAlive(table: TableSchema): void;
  close(): Promise<void>;
}

/** A real node needs a moment before it builds: a query right after UpdateTable finds nothing (recorded api 652, 902). */
const BEGINS_AFTER_MS = 250;
const AGAIN_AFTER_MS = 300;
const HOPELESS_AFTER = 50;

export function indexFilling(database: Database, schemas: Schemas, state: StateStore): IndexFilling {
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  const failures = new Map<string, { readonly times: number; readonly error: unknown }>();

  const attempt = async (keyspace: string, id: string): Promise<void> => {
    const kept = state.peek(keyspace);
    const waiting = kept?.id === id ? attributesToFill(kept) : new Set<string>();
    const table = waiting.size === 0 ? undefined : await schemas.find(kept?.name ?? '');
    if (table?.id !== id) return; // done by another, or the table was dropped meanwhile
    await moveIntoColumns(database, table, waiting, closing.signal);
    const now = state.peek(keyspace);
    if (now?.id === id) state.write(keyspace, filled(now, waiting));
  };
  const untilDone = async (keyspace: string, id: string): Promise<void> => {
    await sleep(BEGINS_AFTER_MS, undefined, { signal: closing.signal });
    for (;;) {
      try {
        await state.turns.run(`fill ${id}`, () => attempt(keyspace, id));
        failures.delete(id);
        return;
      } catch (error) {
        // The database may be restarting: the index stays CREATING, and verifyAlive reports what does not pass.
        if (closing.signal.aborted) return;
        failures.set(id, { times: (failures.get(id)?.times ?? 0) + 1, error });
        await sleep(AGAIN_AFTER_MS, undefined, { signal: closing.signal });
      }
    }
  };
  const begin: IndexFilling['begin'] = ({ keyspace, id }) => {
    const work = untilDone(keyspace, id).catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });
    running.add(work);
    void work.finally(() => running.delete(work));
  };

  return {
    begin,
    resume() {
      for (const [keyspace, kept] of state.all()) {
        if (attributesToFill(kept).size > 0) begin({ keyspace, id: kept.id });
      }
    },
    verifyAlive({ id }) {
      const failure = failures.get(id);
      if (failure !== undefined && failure.times >= HOPELESS_AFTER) {
        throw internal(`an index cannot be filled: ${String(failure.error)}`, failure.error);
      }
    },
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}

const attributesToFill = ({ indexes }: TableState): ReadonlySet<string> =>
  new Set(Object.values(indexes).flatMap(({ toBeFilled }) => toBeFilled ?? []));

/** Attributes that a later request added while we were at it go on waiting. */
function filled(state: TableState, done: ReadonlySet<string>): TableState {
  const entries = Object.entries(state.indexes).map(([view, { toBeFilled, ...index }]) => {
    const left = (toBeFilled ?? []).filter((attribute) => !done.has(attribute));
    return [view, left.length === 0 ? index : { ...index, toBeFilled: left }] as const;
  });
  return { ...state, indexes: Object.fromEntries(entries) };
}
