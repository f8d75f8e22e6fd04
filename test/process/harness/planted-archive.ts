import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest, renderManifest, type Manifest } from '../../../src/model/manifest.js';
import { packedFolder } from '../../support/segmented-archive.js';

/** Changes the files of an archive, which lie unpacked in this folder. */
export type Damage = (files: string) => void;

/**
 * What the manifest says of the changed archive. `as they were`: its files as before the change, as when they were damaged
 * on the way into the archive; gzip and the archive's own digest are right. `as they are`: the changed files, as when the node
 * had them so. `none`: there is no manifest, as in the folders of the documented scripts.
 */
export type Told = 'as they were' | 'as they are' | 'none';

/** Unpacks the archive of a backup, lets it be changed, and packs it again so that nothing in gzip or tar tells of it. */
export async function plantInArchive(folder: string, damage: Damage, told: Told): Promise<void> {
  const manifestFile = join(folder, 'manifest.json');
  const { checksum, ...manifest } = parseManifest(readFileSync(manifestFile, 'utf8'));
  if (checksum === '') throw new Error('unreachable: it was parsed');
  const archive = join(folder, manifest.archive.name);
  const files = join(folder, '..', '@planted');
  mkdirSync(files);
  execFileSync('tar', ['xzf', archive, '-C', files], { timeout: 20_000 });
  damage(files);
  // A generation may share its files with another one by hard links.
  rmSync(archive);
  rmSync(manifestFile);
  if (told === 'as they are') {
    const { record } = await packedFolder(files, archive);
    writeManifest(manifestFile, telling(manifest, { ...record, name: manifest.archive.name }));
  } else {
    execFileSync('tar', ['czf', archive, '-C', files, ...names(files)], { timeout: 20_000 });
    const entries = manifest.archive.entries.map((entry) => ({ ...entry, segment: null }));
    if (told === 'as they were')
      writeManifest(manifestFile, { ...manifest, archive: { ...onDisk(archive, manifest), entries } });
  }
  rmSync(files, { recursive: true });
}

const names = (folder: string) =>
  readdirSync(folder)
    .sort()
    .map((name) => `./${name}`);

const writeManifest = (path: string, manifest: Omit<Manifest, 'checksum'>): void => {
  writeFileSync(path, renderManifest(manifest), { mode: 0o600 });
};

const onDisk = (path: string, { archive }: Pick<Manifest, 'archive'>) => ({
  name: archive.name,
  size: statSync(path).size,
  sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
});

function telling(
  manifest: Omit<Manifest, 'checksum'>,
  archive: Manifest['archive'],
): Omit<Manifest, 'checksum'> {
  const bytes = archive.entries.reduce((sum, { size }) => sum + size, 0);
  const ids = new Set(archive.entries.map(({ name }) => name.replace(/-[^-]+$/, '')));
  const sstables = [...ids].filter((id) => archive.entries.some(({ name }) => name === `${id}-Data.db`));
  return {
    ...manifest,
    archive,
    totals: { sstables: sstables.length, files: archive.entries.length, bytes },
  };
}
