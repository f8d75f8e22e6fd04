import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backedUp, story } from '../../support/cut-at.js';
import type { Workbench } from '../../support/workbench.js';

const folderOf = (bench: Workbench) => join(bench.root, 'work', 'jobs');
const restore = async (bench: Workbench, as?: string): Promise<void> => {
  const ran = await bench.restore({ tables: ['users'], yes: true, ...(as === undefined ? {} : { as }) });
  expect(ran.result, story(ran)).toBe(0);
};

describe('Journals of checks under ever different names (--as)', () => {
  it('are kept for the newest fifty; that of a table whose copy is kept stays', async () => {
    const bench = await backedUp('users');
    await restore(bench);
    const [first] = await readdir(folderOf(bench));
    await restore(bench, 'chk-one');
    const { jobs } = await bench.journals.list();
    const { id = '' } = jobs.at(-1) ?? {};
    const text = await readFile(join(folderOf(bench), `${id}.json`), 'utf8');
    for (let number = 10; number < 70; number += 1)
      await writeFile(
        join(folderOf(bench), `copy${number}.json`),
        text.replaceAll(id, `copy${number}`).replaceAll('"chk-one"', `"chk-${number}"`),
      );
    await restore(bench, 'another');
    const left = await readdir(folderOf(bench));
    // One is kept for its copy; the newest was not closed yet when it was counted.
    expect(left).toHaveLength(52);
    expect(left).toContain(first);
  });
});

describe('A journal that says what a kept copy is of', () => {
  it('stays, however many jobs come after it: no copy is left of which nobody knows anything', async () => {
    const bench = await backedUp('users');
    await restore(bench);
    const { jobs } = await bench.journals.list();
    const [job] = jobs;
    const text = await readFile(join(folderOf(bench), `${job?.id}.json`), 'utf8');
    const later = (id: string, state: Record<string, unknown>) => {
      const value = JSON.parse(text.replaceAll(job?.id ?? '', id)) as { tables: object[] };
      return { ...value, tables: value.tables.map((table) => ({ ...table, ...state })) };
    };
    const write = async (id: string, state: Record<string, unknown>) => {
      await writeFile(join(folderOf(bench), `${id}.json`), JSON.stringify(later(id, state)));
    };
    // Put back with a doubt, so that its copy was kept.
    const { safetyCopy } = job!.tables[0]!;
    await writeFile(
      join(folderOf(bench), `${job?.id}.json`),
      JSON.stringify(later(job!.id, { state: 'undone', undoneBy: null })),
    );
    for (let number = 10; number < 70; number += 1)
      await write(`over${number}`, { state: 'undone', undoneBy: 'somebody', safetyCopy: null });
    await restore(bench);
    expect(await readdir(safetyCopy!)).toContain('record.json');
    expect(await readdir(folderOf(bench))).toContain(`${job?.id}.json`);
    expect(await readdir(folderOf(bench))).toHaveLength(52);
  });
});

describe('Half-written journals', () => {
  it('of dead processes are cleared away, those of living ones and files of others are not', async () => {
    const bench = await backedUp('users');
    await restore(bench);
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = [`.20261122T041530-b77203.json.${pid}.tmp`];
    const kept = [
      `.20261122T041530-b77203.json.${process.ppid}.tmp`,
      `.somebody.txt.${pid}.tmp`,
      `notes.json.${pid}.tmp`,
    ];
    for (const name of [...dead, ...kept]) await writeFile(join(folderOf(bench), name), '{');
    await restore(bench);
    const left = await readdir(folderOf(bench));
    expect(left).toEqual(expect.arrayContaining(kept));
    expect(left).not.toContain(dead[0]);
  });
});
