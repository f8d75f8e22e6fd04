import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LoadStep } from '../../../src/restore/plan.js';
import { bytesNeeded } from '../../../src/restore/table-preflight.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const MIB = 1024 * 1024;

/** Only what is looked at of a source. */
const backup = (bytes: number): LoadStep['source'] =>
  ({ kind: 'backup', backup: { kind: 'manifest', manifest: { totals: { bytes } } } }) as LoadStep['source'];

async function copy(bytes: number): Promise<LoadStep['source']> {
  const directory = await temporaryDirectory();
  const names = ['me-1-big-Data.db', 'me-1-big-TOC.txt'];
  for (const name of names) await writeFile(join(directory, name), '');
  await truncate(join(directory, 'me-1-big-Data.db'), bytes);
  const staged = { directory, names, sstables: 1, isCopy: true };
  return { kind: 'copy', job: 'job', copy: { staged } } as unknown as LoadStep['source'];
}

describe('The room that a load is reckoned to take', () => {
  it('is that of what is unpacked where the server takes the very files', async () => {
    expect(await bytesNeeded({ source: backup(3 * MIB), stream: false })).toBe(3 * MIB);
  });

  it('is twice that where it streams: what was unpacked waits while it writes everything anew', async () => {
    expect(await bytesNeeded({ source: backup(3 * MIB), stream: true })).toBe(6 * MIB);
  });

  it('is nothing for a copy, which shares its files with the table, but where it streams', async () => {
    expect(await bytesNeeded({ source: await copy(5 * MIB), stream: false })).toBe(0);
    expect(await bytesNeeded({ source: await copy(5 * MIB), stream: true })).toBe(5 * MIB);
  });
});
