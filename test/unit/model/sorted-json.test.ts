import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortedJson } from '../../../src/model/sorted-json.js';

/** How the first manifests were counted: slower, and what the checksums in them are of. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

const name = fc.oneof(
  fc.string(),
  fc.integer({ min: -2, max: 4_294_967_300 }).map(String),
  fc.constant('01'),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.array(tie('value')),
    fc.dictionary(name, tie('value')),
  ),
}));

describe('JSON with sorted members', () => {
  it('is the same text as that of the sorted value, so that the checksum of every manifest stays what it is', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), (member) => {
        expect(sortedJson(member)).toBe(JSON.stringify(sorted(member)));
      }),
      { numRuns: 500 },
    );
  });
});
