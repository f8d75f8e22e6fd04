import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

const MEGABYTE = 1_000_000;
const SSTABLE = 100 * MEGABYTE;
/** Of so many bytes one is changed: no two copies are equal, and what is in the chunks stays what it is. */
const CHANGED_ONE_IN = 256;

/**
 * SSTables of about 100 MB each from one that a real engine wrote: its chunks over and over, each time with other bytes
 * changed, each digest made anew. Returns the names.
 */
export function makeSSTables(real, directory, megabytes) {
  mkdirSync(directory);
  const data = readFileSync(join(real, 'Data.db'));
  for (let left = megabytes * MEGABYTE, number = 1; left > 0; left -= SSTABLE, number += 1) {
    const id = `nb-${number}-big`;
    const crc = writeData(join(directory, `${id}-Data.db`), data, Math.min(left, SSTABLE), number);
    writeFileSync(join(directory, `${id}-Digest.crc32`), String(crc));
    for (const name of readdirSync(real).filter((each) => !/^(Data\.db|Digest\.crc32)$/.test(each)))
      writeFileSync(join(directory, `${id}-${name}`), readFileSync(join(real, name)));
  }
  return readdirSync(directory).sort();
}

function writeData(path, data, length, number) {
  const file = openSync(path, 'w');
  const copy = Buffer.from(data);
  let crc = 0;
  for (let left = length, turn = 0; left > 0; left -= data.length, turn += 1) {
    change(copy, data, `${number}.${turn}`);
    const piece = copy.subarray(0, Math.min(left, copy.length));
    crc = crc32(piece, crc);
    writeSync(file, piece);
  }
  closeSync(file);
  return crc;
}

/** Puts bytes of other places there: as frequent as they are, where nobody expects them. */
function change(copy, data, seed) {
  data.copy(copy);
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  for (let count = data.length / CHANGED_ONE_IN; count > 0; count -= 1)
    copy[next() % data.length] = data[next() % data.length];
}
