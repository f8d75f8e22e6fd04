import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest, renderManifest, type Manifest } from '../../../src/model/manifest.js';

type Content = Omit<Manifest, 'checksum'>;

/**
 * Changes a file of a backup and makes its manifest tell the new one as if it had always been so: sizes, digests and the
 * manifest's own checksum fit. `further` changes the manifest itself. Gives what makes the backup tell the truth again.
 */
export function forgeBackup(
  folder: string,
  name: string,
  change: (text: string) => string,
  further: (manifest: Content) => Content = (same) => same,
): () => void {
  const [file, manifestFile] = [join(folder, name), join(folder, 'manifest.json')];
  const [trueText, trueManifest] = [readFileSync(file, 'utf8'), readFileSync(manifestFile, 'utf8')];
  const text = change(trueText);
  const told = {
    name,
    size: Buffer.byteLength(text),
    sha256: createHash('sha256').update(text).digest('hex'),
  };
  const manifest = withoutChecksum(parseManifest(trueManifest));
  if (!manifest.files.some((each) => each.name === name))
    throw new Error(`the manifest does not know ${name}`);
  const files = manifest.files.map((each) => (each.name === name ? told : each));
  replace(file, text);
  replace(manifestFile, renderManifest(further({ ...manifest, files })));
  return () => {
    replace(file, trueText);
    replace(manifestFile, trueManifest);
  };
}

const withoutChecksum = (manifest: Manifest): Content =>
  Object.fromEntries(Object.entries(manifest).filter(([member]) => member !== 'checksum')) as Content;

/** A generation may share its files with another one by hard links: the old file is let go, not written over. */
function replace(path: string, text: string): void {
  rmSync(path);
  writeFileSync(path, text, { mode: 0o600 });
}
