import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, readlink, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHeaders } from '../../../src/restore/sstable-headers.js';

const FIXTURES = resolve(import.meta.dirname, '../../fixtures');
const SCYLLA = join(FIXTURES, 'scylla-2025.1/statistics/orders');
const CASSANDRA = join(FIXTURES, 'cassandra-5.0.9/statistics/types');

/** Any sentence will do. */
const sentence = expect.stringMatching(/^[A-Z].*\.$/) as string;
const TOLD = { changed: sentence, hint: sentence };

describe('The headers of a folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'altbk-headers-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const copyHere = (from: string) => {
    for (const name of readdirSync(from)) copyFileSync(join(from, name), join(folder, name));
  };

  it('are read from each SSTable, whatever else lies there', async () => {
    copyHere(SCYLLA);
    copyHere(CASSANDRA);
    const headers = await readHeaders(folder, readdirSync(folder));
    expect(headers.map(({ sstable, header }) => [sstable, header.partitionKey])).toEqual([
      ['me-3h5p_19e1_5s4a82n6yp96tbjhdr-big', ['text']],
      ['nb-3h5p_1mf2_5etw02j6spac5hvxgw-big', ['text', 'int']],
    ]);
  });

  it('are none where there are no SSTables', async () => {
    expect(await readHeaders(folder, ['manifest.json', 'schema.cql'])).toEqual([]);
  });

  it('are refused for an SSTable without Statistics.db', async () => {
    copyHere(SCYLLA);
    const names = [...readdirSync(folder), 'me-2-big-Data.db', 'me-2-big-TOC.txt'];
    await expect(readHeaders(folder, names)).rejects.toMatchObject({
      kind: 'damaged',
      message: 'The SSTable me-2-big has no Statistics.db: nobody can say which table its rows fit.',
      ...TOLD,
    });
  });

  it('are refused for a file that cannot be read, with its path', async () => {
    await expect(readHeaders(folder, ['me-1-big-Statistics.db'])).rejects.toMatchObject({
      kind: 'files',
      message: `${join(folder, 'me-1-big-Statistics.db')} cannot be read: No such file or directory`,
      ...TOLD,
    });
    mkdirSync(join(folder, 'me-2-big-Statistics.db'));
    await expect(readHeaders(folder, ['me-2-big-Statistics.db'])).rejects.toMatchObject({ kind: 'files' });
  });

  it('are refused where the file is damaged, or of a format that nobody knows, with what to do', async () => {
    for (const [name, kind] of [
      ['me-9-big-Statistics.db', 'damaged'],
      ['da-9-bti-Statistics.db', 'refused'],
    ] as const) {
      await writeFile(join(folder, name), 'nonsense');
      await expect(readHeaders(folder, [name])).rejects.toMatchObject({ kind, ...TOLD });
    }
  });

  it('leave no file open, also when one is damaged', async () => {
    copyHere(SCYLLA);
    await writeFile(join(folder, 'me-9-big-Statistics.db'), 'nonsense');
    const opened = async () => {
      const links = (await readdir('/proc/self/fd')).map((fd) =>
        readlink(`/proc/self/fd/${fd}`).catch(() => ''),
      );
      return (await Promise.all(links)).filter((path) => path.startsWith(folder));
    };
    await expect(readHeaders(folder, readdirSync(folder))).rejects.toMatchObject({
      kind: 'damaged',
      message: expect.stringMatching(/^me-9-big-Statistics\.db is damaged: /) as string,
    });
    expect(await opened()).toEqual([]);
  });
});
