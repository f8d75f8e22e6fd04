import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest, renderManifest } from '../../../src/model/manifest.js';

/** A store of many tables, each with the manifest of `source` made as large as asked for. The archives are empty files. */
export function makeManyTables(
  source: string,
  store: string,
  { tables, entries }: { readonly tables: number; readonly entries: number },
): void {
  const { checksum, ...manifest } = parseManifest(readFileSync(join(source, 'manifest.json'), 'utf8'));
  const [first] = manifest.archive.entries;
  if (!first || checksum === '') throw new Error('the source is empty');
  const many = Array.from({ length: entries }, (_, at) => ({ ...first, name: `me-${at}-big-Data.db` }));
  for (let at = 0; at < tables; at += 1) {
    const name = `table_${String(at).padStart(4, '0')}`;
    const folder = join(store, name);
    mkdirSync(folder);
    const archive = { ...manifest.archive, name: `${name}_backup.tar.gz`, entries: many };
    const text = renderManifest({ ...manifest, table: { ...manifest.table, name }, archive });
    writeFileSync(join(folder, 'manifest.json'), text);
    writeFileSync(join(folder, archive.name), '');
    writeFileSync(join(folder, 'table_schema.cql'), '');
  }
}
