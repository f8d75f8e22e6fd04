import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './outages.js';
import type { Session } from './session.js';

/** Writes the table to disk and changes one byte of its last chunk, as the recording's set-up let a damaged file in. */
export async function damageTable({ node }: Session, table: string): Promise<void> {
  await run([...node.nodetool, 'flush', `alternator_${table}`]);
  const keyspace = join(node.dataDirectory, `alternator_${table}`);
  const [directory] = await readdir(keyspace);
  const files = await readdir(join(keyspace, directory ?? ''));
  const data = files.find((file) => file.endsWith('-Data.db'));
  if (data === undefined) throw new Error(`no SSTable of ${table} was written`);

  const path = join(keyspace, directory ?? '', data);
  const { size } = await stat(path);
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    const position = Math.floor(size * 0.8);
    await file.read(byte, 0, 1, position);
    await file.write(Buffer.of(byte.readUInt8(0) ^ 0xff), 0, 1, position);
  } finally {
    await file.close();
  }
}
