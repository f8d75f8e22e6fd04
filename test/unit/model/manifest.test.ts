import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checksumOf, manifestSchema, parseManifest, renderManifest } from '../../../src/model/manifest.js';
import { manifestFor } from '../../support/backup-fixture.js';

const sha256 = 'a'.repeat(64);
const archive = {
  name: 'users_backup.tar.gz',
  size: 10,
  sha256,
  entries: [
    { name: 'me-1-big-Data.db', size: 5, sha256, mtimeMs: 1.5, digest: 'ok' as const, segment: null },
  ],
};
const manifest = manifestFor({ table: 'users', label: 'users_20261121_full', directory: '' }, archive);

describe('A manifest', () => {
  it('is read back as it was written', () => {
    expect(parseManifest(renderManifest(manifest))).toEqual({ ...manifest, checksum: checksumOf(manifest) });
  });

  it('has a checksum that does not depend on order and layout', () => {
    const reversed = Object.fromEntries(Object.entries(manifest).reverse()) as typeof manifest;
    expect(checksumOf(reversed)).toBe(checksumOf(manifest));
  });

  it('is not trusted when anything in it was changed', () => {
    const text = renderManifest(manifest).replace('"attempt": 1', '"attempt": 2');
    expect(() => parseManifest(text)).toThrow('checksum');
  });

  it.each([
    ['is cut off', (text: string) => text.slice(0, -20)],
    ['lacks a member', (text: string) => text.replace(/ {2}"run": .*\n/, '')],
    ['has a member too many', (text: string) => text.replace('"run":', '"more": 1,\n  "run":')],
    ['has no format', (text: string) => text.replace('"format": 1,', '')],
    ['has a digest that is none', (text: string) => text.replaceAll(sha256, 'xyz')],
  ])('is not trusted when it %s', (_, damage) => {
    const text = damage(renderManifest(manifest));
    expect(text).not.toBe(renderManifest(manifest));
    expect(() => parseManifest(text)).toThrow();
  });

  it('of a newer format is refused with a sentence', () => {
    const text = renderManifest(manifest).replace('"format": 1', '"format": 2');
    expect(() => parseManifest(text)).toThrow('it has format 2; this version of the tool reads up to 1');
  });

  it('is described by the published JSON Schema', () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL('../../../docs/manifest-v1.schema.json', import.meta.url), 'utf8'),
    );
    expect(published).toEqual(z.toJSONSchema(manifestSchema));
  });
});
