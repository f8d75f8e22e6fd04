import { randomBytes } from 'node:crypto';

/** `20261121T143015-3f9a2c`: sorts by time (UTC), and two runs within one second still differ. */
export function newRunId(now: Date): string {
  const time = now
    .toISOString()
    .replaceAll(/[-:]/g, '')
    .replace(/\.\d+Z$/, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
