import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KnownError } from '../../../src/errors.js';
import { workbench } from '../../support/workbench.js';

const TAG = 'altbk_12345678_20261121T100000-abcdef';

it('A snapshot that a dead run left on another node of the same store stays noted, and is cleared there', async () => {
  const here = await workbench();
  const there = await workbench({ node: { hostId: '00000000-0000-4000-8000-000000000002' } });
  for (const bench of [here, there]) await bench.fill('users', 2);
  await here.backup({ tables: ['users'] });
  const folder = join(here.backups, '@state', 'snapshots');
  await mkdir(folder, { recursive: true });
  const { hostId } = await here.engine.identify();
  await writeFile(join(folder, `${TAG}.json`), JSON.stringify({ keyspaces: ['alternator_users'], hostId }));

  const other = await here.backup({ tables: ['users'] }, { engine: there.engine });
  expect(other.log().join('\n')).not.toContain('Cleared snapshot');
  expect(other.log().join('\n')).toContain(`Snapshot ${TAG} is on node ${hostId}`);
  expect(await readdir(folder)).toEqual([`${TAG}.json`]);
  const own = await here.backup({ tables: ['users'] });
  expect(own.log().join('\n')).toContain(`Cleared snapshot ${TAG}`);
  expect(await readdir(folder)).toEqual([]);
});

it('What a run notes of its snapshot names its node', async () => {
  const bench = await workbench();
  await bench.fill('users', 2);
  const refusing = { dropSnapshot: () => Promise.reject(new KnownError('program', 'no')) };
  const { hostId } = await bench.engine.identify();
  const folder = join(bench.backups, '@state', 'snapshots');
  await bench.backup({ tables: ['users'] }, { engine: refusing });
  await bench.restore({ tables: ['users'], yes: true, recreate: true }, { engine: refusing });
  const notes = await readdir(folder);
  expect(notes.length).toBeGreaterThan(0);
  for (const name of notes)
    expect(JSON.parse(await readFile(join(folder, name), 'utf8'))).toEqual({
      keyspaces: ['alternator_users'],
      hostId,
    });
});
