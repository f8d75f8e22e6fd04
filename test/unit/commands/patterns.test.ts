import { describe, expect, it } from 'vitest';
import { workbench, type Workbench } from '../../support/workbench.js';

async function filled(): Promise<Workbench> {
  const bench = await workbench();
  for (const table of ['prod-a', 'prod-b', 'test-a']) await bench.fill(table, 2);
  return bench;
}

const backedUp = (log: readonly string[]) =>
  log.flatMap((line) => /===== Backup completed for (\S+) =====/.exec(line)?.[1] ?? []);
const restored = (log: readonly string[]) =>
  log.flatMap((line) => /===== Restore completed for (\S+) =====/.exec(line)?.[1] ?? []);

describe('backup with patterns', () => {
  it("takes the tables that match 'prod-*', and those that are named, each once", async () => {
    const { result, log } = await (await filled()).backup({ tables: ['prod-*', 'prod-a', 'prod-a'] });
    expect(result).toBe(0);
    expect(backedUp(log())).toEqual(['prod-a', 'prod-b']);
  });

  it('leaves out what --exclude matches, also of --all', async () => {
    const bench = await filled();
    expect(backedUp((await bench.backup({ all: true, exclude: ['prod-*'] })).log())).toEqual(['test-a']);
    const some = await bench.backup({ tables: ['*-a'], exclude: ['test-a', 'x*'] });
    expect(backedUp(some.log())).toEqual(['prod-a']);
  });

  it('that match nothing fails as a table of that name would, and backs up the others', async () => {
    const { result, log } = await (await filled()).backup({ tables: ['stage-*', 'test-a'] });
    expect(result).toBe(1);
    expect(backedUp(log())).toEqual(['test-a']);
    expect(log().join('\n')).toContain("No table matches 'stage-*'.");
  });

  it('that match nothing at all touches nothing', async () => {
    const bench = await filled();
    const { result, log } = await bench.backup({ tables: ['stage-*'] });
    expect(result).toBe(1);
    expect(log().join('\n')).toContain("No table matches 'stage-*'.");
    expect(bench.engine.calls).not.toContain('snapshot');
  });

  it('ends with warnings when --exclude leaves nothing', async () => {
    const bench = await filled();
    expect((await bench.backup({ all: true, exclude: ['*'] })).result).toBe(3);
    expect(bench.engine.calls).not.toContain('snapshot');
  });

  it('skips a plain CQL table that a pattern matches, and refuses one that was named', async () => {
    const bench = await filled();
    bench.engine.addPlainCql('prod-plain');
    const { result, log } = await bench.backup({ tables: ['prod-*'] });
    expect(result).toBe(3);
    expect(log().join('\n')).toContain('Skipped prod-plain');
    expect((await bench.backup({ tables: ['prod-*', 'prod-plain'] })).result).toMatchObject({
      kind: 'refused',
    });
  });

  it.each([{ exclude: ['a*'] }, { all: true, tables: ['a*'] }, { tables: ['a/*'] }])(
    'makes no sense as %j',
    async (flags) => {
      expect((await (await filled()).backup(flags)).result).toMatchObject({ kind: 'usage' });
    },
  );
});

describe('restore with patterns', () => {
  it('takes the backups that match, less those that are excluded', async () => {
    const bench = await filled();
    await bench.backup({ all: true });
    const some = await bench.restore({ tables: ['prod-*'], exclude: ['*-b'], yes: true });
    expect(some.result).toBe(0);
    expect(restored(some.log())).toEqual(['prod-a']);
    const most = await bench.restore({ all: true, exclude: ['test-*'], yes: true });
    expect(restored(most.log())).toEqual(['prod-a', 'prod-b']);
  });

  it('fails where one matches nothing, and restores the others', async () => {
    const bench = await filled();
    await bench.backup({ all: true });
    const { result, log } = await bench.restore({ tables: ['stage-*', 'test-a'], yes: true });
    expect(result).toBe(1);
    expect(restored(log())).toEqual(['test-a']);
    expect(log().join('\n')).toContain("No backup is of a table that matches 'stage-*'");
  });

  it('refuses --check that is none of none, sample and full', async () => {
    const bench = await filled();
    expect((await bench.restore({ tables: ['prod-a'], yes: true, check: 'half' })).result).toMatchObject({
      kind: 'usage',
    });
  });
});
