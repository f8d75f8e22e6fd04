import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest, renderManifest, type Manifest } from '../../../src/model/manifest.js';
import { parseTableName } from '../../../src/model/table-name.js';
import { validityOf, type Depth } from '../../../src/model/verification.js';
import { directoryStore } from '../../../src/store/directory-store.js';
import { fastClock, workbench, type Workbench } from '../../support/workbench.js';

const { signal } = new AbortController();
const users = parseTableName('users');
const PIPES_MS = 20_000;

type Entry = Manifest['archive']['entries'][number];
type Writable<T> = { -readonly [K in keyof T]: T[K] };

async function backedUp() {
  const bench = await workbench();
  await bench.fill('users', 3);
  await bench.backup({ tables: ['users'] });
  const folder = join(bench.backups, 'users');
  return { bench, folder, archive: join(folder, 'users_backup.tar.gz') };
}

const manifestIn = async (folder: string) =>
  parseManifest(await readFile(join(folder, 'manifest.json'), 'utf8'));

/** With a checksum of its own that is right. */
async function forge(folder: string, change: (entries: readonly Writable<Entry>[]) => void): Promise<void> {
  const manifest: Partial<Writable<Manifest>> & Pick<Manifest, 'archive'> = structuredClone(
    await manifestIn(folder),
  );
  delete manifest.checksum;
  change(manifest.archive.entries);
  await writeFile(join(folder, 'manifest.json'), renderManifest(manifest as Manifest));
}

const entryOf = (entries: readonly Writable<Entry>[], ending: string): Writable<Entry> =>
  entries.find(({ name }) => name.endsWith(ending))!;

const storeOf = ({ backups: root }: Workbench) =>
  directoryStore({ root, keepVersions: 7, clock: fastClock, signal });

/** As the command does it: looks and remembers. */
async function verify(bench: Workbench, depth: Depth = 'full'): Promise<readonly string[]> {
  const store = storeOf(bench);
  const backup = await store.find(users);
  const found = await store.verify(backup, depth, () => undefined);
  if (found === 'moved') throw new Error('it moved');
  const { problems } = found;
  await store.rememberVerified(backup, {
    at: new Date().toISOString(),
    depth,
    state: validityOf(found),
    problems,
  });
  return problems;
}

const reused = (lines: readonly string[]) => lines.find((line) => / reused,/.test(line));

describe('A backup that another one could be built on', () => {
  it('whose manifest has a wrong sha-256 of a Data.db is not handed on: the new one is whole, and the wrong one is told', async () => {
    const { bench, folder } = await backedUp();
    await forge(folder, (entries) => {
      entryOf(entries, '-Data.db').sha256 = 'a'.repeat(64);
    });
    const { result, log } = await bench.backup({ tables: ['users'] });
    expect(result).toBe(3);
    expect(log().join('\n')).toMatch(/WARNING - .*-Data\.db.*not the bytes that were archived/);
    expect(await verify(bench)).toEqual([]);
  });

  it('whose manifest knows the places of some entries only is invalid by `verify`, and nothing is copied from it', async () => {
    const { bench, folder } = await backedUp();
    await forge(folder, (entries) => {
      entryOf(entries, '-Data.db').segment = { ...entryOf(entries, '-TOC.txt').segment! };
      entryOf(entries, 'schema.cql').segment = null;
    });
    expect((await verify(bench)).join('\n')).toMatch(/entries with a place in it and others without/);
    const { log } = await bench.backup({ tables: ['users'] });
    expect(reused(log())).toBeUndefined();
    expect(await verify(bench)).toEqual([]);
  });

  it('stays invalid through quick looks, whatever they find: only every byte takes back what every byte found', async () => {
    const { bench, folder, archive } = await backedUp();
    const bytes = await readFile(archive);
    bytes[700]! ^= 1;
    await writeFile(archive, bytes);
    expect(await verify(bench)).not.toEqual([]);
    const readme = await readFile(join(folder, 'table_schema.cql'));
    await rm(join(folder, 'table_schema.cql'));
    expect(await verify(bench, 'quick')).not.toEqual([]);
    await writeFile(join(folder, 'table_schema.cql'), readme);
    expect(await verify(bench, 'quick')).toEqual([]);
    const [generation] = await storeOf(bench).generations(users);
    expect(generation?.verified).toMatchObject({ depth: 'full', state: 'invalid' });
    bytes[700]! ^= 1;
    await writeFile(archive, bytes);
    expect(await verify(bench)).toEqual([]);
    expect((await storeOf(bench).generations(users))[0]?.verified).toMatchObject({ state: 'valid' });
  });

  it.each(['users_backup.tar.gz', 'manifest.json'])(
    'whose %s is a pipe keeps neither `verify` nor a backup waiting',
    { timeout: PIPES_MS },
    async (name) => {
      const { bench, folder } = await backedUp();
      const backup = await storeOf(bench).find(users);
      await rm(join(folder, name));
      execFileSync('mkfifo', [join(folder, name)]);
      const found = await storeOf(bench).verify(backup, 'full', () => undefined);
      if (name === 'users_backup.tar.gz')
        expect(found).toMatchObject({ problems: [`${name} is no regular file`] });
      const { result, log } = await bench.backup({ tables: ['users'] });
      expect([0, 3], log().join('\n')).toContain(result);
      expect(await verify(bench)).toEqual([]);
    },
  );
});
