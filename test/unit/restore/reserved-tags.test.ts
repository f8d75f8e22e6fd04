import { describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine.js';
import { KnownError } from '../../../src/errors.js';
import type { Tag } from '../../../src/model/table-schema.js';
import { workbench, type Workbench } from '../../support/workbench.js';

const tag = (Key: string, Value: string): Tag => ({ Key, Value });
const team = tag('team', 'billing');
const isolation = tag('system:write_isolation', 'forbid_rmw');

/** As releases list them that do not hide their own (version rule `system-tags-are-reserved`). */
const LISTED = [
  tag('system:provisioned_rcu', '5'),
  tag('system:table_creation_time', '1795277414000'),
  tag('system:ttl_attribute', 'expires'),
  team,
  isolation,
];

async function backedUp(version: string, tablets: boolean): Promise<Workbench> {
  const bench = await workbench({ node: { version } });
  await bench.fill('users', 3);
  bench.engine.change('users', (record) => ({
    ...record,
    tablets,
    schema: { ...record.schema, tags: LISTED },
  }));
  const { result } = await bench.backup({ tables: ['users'] });
  if (result !== 0) throw new Error(`backup gave ${String(result)}`);
  return bench;
}

/** What CreateTable and TagResource were given. */
function watched(
  bench: Workbench,
  tablets: boolean,
): { readonly sent: Tag[][]; readonly engine: Partial<Engine> } {
  const sent: Tag[][] = [];
  const engine: Partial<Engine> = {
    createTable: async (creation) => {
      sent.push([...(creation.input.Tags ?? [])]);
      const answer = await bench.engine.createTable(creation);
      bench.engine.change('users', (record) => ({ ...record, tablets }));
      return answer;
    },
    setTags: (name, tags) => {
      sent.push([...tags]);
      return bench.engine.setTags(name, tags);
    },
  };
  return { sent, engine };
}

describe('Tags that only a server sets', () => {
  it('are sent neither to CreateTable nor to TagResource, and are no drift', async () => {
    const plain = await backedUp('2025.1.0', false);
    const once = watched(plain, false);
    const ran = await plain.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: once.engine },
    );
    expect(ran.result, ran.log().join('\n')).toBe(0);
    expect(once.sent).toEqual([[team, isolation]]);

    const onTablets = await backedUp('2025.4.0', true);
    const twice = watched(onTablets, true);
    const again = await onTablets.restore(
      { tables: ['users'], yes: true, recreate: true },
      { engine: twice.engine },
    );
    expect(again.result, again.log().join('\n')).toBe(0);
    expect(twice.sent).toEqual([
      [tag('system:initial_tablets', '0'), team, isolation],
      [team, isolation],
    ]);
  });

  it('are not sent either when a table is put back as it was', async () => {
    const bench = await backedUp('2025.4.0', true);
    const { sent, engine } = watched(bench, true);
    let loads = 0;
    const { result, log } = await bench.restore(
      { tables: ['users'], yes: true, recreate: true },
      {
        engine: {
          ...engine,
          refresh: (record, how) =>
            (loads += 1) === 1
              ? Promise.reject(new KnownError('program', 'no'))
              : bench.engine.refresh(record, how),
        },
      },
    );
    expect(result, log().join('\n')).toBe(1);
    expect(sent.length).toBeGreaterThan(2);
    for (const { Key } of sent.flat())
      expect(['team', 'system:write_isolation', 'system:initial_tablets']).toContain(Key);
  });
});
