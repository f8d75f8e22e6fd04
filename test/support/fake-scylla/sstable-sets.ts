import { randomBytes, randomInt } from 'node:crypto';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import type { RecordedTable } from './options.js';
import type { Holding } from './table.js';

const FIXTURES = fileURLToPath(new URL('../../fixtures/scylla-2025.1/fake/sstables', import.meta.url));

/** Items in the recorded SSTables (recorded/scylla-2025.1/snapshots/<table>/items.json). */
const ITEMS: Readonly<Record<RecordedTable, number>> = { empty: 0, one: 1, orders: 200, streamed: 30 };

const COMPONENT = /^(me-[a-z0-9_]+-big)-(.+)$/;

/** The SSTable that a component's file belongs to, and the component; undefined for other files. */
export function parseComponent(
  name: string,
): { readonly sstable: string; readonly component: string } | undefined {
  const [, sstable, component] = COMPONENT.exec(name) ?? [];
  return sstable !== undefined && component !== undefined ? { sstable, component } : undefined;
}

/** An id as the server gives them to each SSTable that it writes. */
export function newSSTableId(): string {
  const letters = (length: number) =>
    Array.from({ length }, () => '0123456789abcdefghijklmnopqrstuvwxyz'[randomInt(36)]).join('');
  return `me-3h5p_${letters(4)}_${letters(18)}-big`;
}

/** Copies a recorded SSTable under an id of its own, and tells what is in it. Nothing for the empty table. */
export function installRecorded(
  set: RecordedTable,
  directory: string,
): { readonly id: string; readonly holding: Holding } | undefined {
  if (set === 'empty') return undefined;
  const id = newSSTableId();
  for (const name of readdirSync(join(FIXTURES, set))) {
    const component = parseComponent(name)?.component;
    if (component !== undefined)
      copyFileSync(join(FIXTURES, set, name), join(directory, `${id}-${component}`));
  }
  return { id, holding: { content: set, items: ITEMS[set] } };
}

/** An SSTable whose data no compression makes smaller. No server could read it; its digest is right. */
export function installBulk(
  bytes: number,
  directory: string,
): { readonly id: string; readonly holding: Holding } {
  const installed = installRecorded('one', directory);
  if (!installed) throw new Error('unreachable: the recorded set has files');
  const { id } = installed;
  const data = randomBytes(bytes);
  writeFileSync(join(directory, `${id}-Data.db`), data);
  writeFileSync(join(directory, `${id}-Digest.crc32`), String(crc32(data)));
  return { id, holding: { content: id, items: 1 } };
}
