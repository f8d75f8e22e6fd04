import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { backedUp, cutAt, keysOf, LATER, story } from '../../support/cut-at.js';
import type { Workbench } from '../../support/workbench.js';

/** A table whose indexes take some looks until they have what was loaded, and what was asked of the server, in its order. */
function slowIndexes(bench: Workbench): { readonly engine: Partial<Engine>; readonly calls: string[] } {
  const calls: string[] = [];
  let waiting = 3;
  return {
    calls,
    engine: {
      filesAwaitingIndexes: () => {
        calls.push(`${waiting} waiting`);
        return Promise.resolve(waiting > 0 ? waiting-- : 0);
      },
      truncate: async (record) => {
        calls.push('truncate');
        await bench.engine.truncate(record);
      },
    },
  };
}

describe('A table whose indexes are still being filled', () => {
  it('is emptied only when they are complete: they would get the old rows after the truncation', async () => {
    const bench = await backedUp('users');
    const { engine, calls } = slowIndexes(bench);
    const ran = await bench.restore({ tables: ['users'], yes: true }, { engine });
    expect(ran.result, story(ran)).toBe(0);
    expect(calls.slice(0, calls.indexOf('truncate'))).toContain('0 waiting');
  });

  it('so is one whose load was cut off, before `undo` puts the old items back', async () => {
    const bench = await cutAt(
      'load begin',
      () => backedUp('users'),
      (each, change) => each.restore({ tables: ['users'], yes: true }, change),
    );
    const { engine, calls } = slowIndexes(bench);
    const ran = await bench.undo({}, { engine });
    expect([ran.result, keysOf(bench)], story(ran)).toEqual([0, LATER]);
    expect(calls.slice(0, calls.indexOf('truncate'))).toContain('0 waiting');
  });
});
