import type { StoredFile } from '../../model/manifest.js';

/**
 * What differs between the files that should be there and those that are, one sentence each; none when every byte is the
 * same.
 */
export function differences(
  expected: readonly StoredFile[],
  found: readonly StoredFile[],
): readonly string[] {
  const there = new Map(found.map((file) => [file.name, file]));
  const wrong = expected.flatMap(({ name, size, sha256 }) => {
    const file = there.get(name);
    if (!file) return [`${name} is missing`];
    if (file.size !== size) return [`${name} has ${file.size} bytes instead of ${size}`];
    return file.sha256 === sha256 ? [] : [`${name} has other bytes than it had (sha-256 differs)`];
  });
  const names = new Set(expected.map(({ name }) => name));
  const strange = found
    .filter(({ name }) => !names.has(name))
    .map(({ name }) => `${name} is not in the manifest`);
  return [...wrong, ...strange];
}
