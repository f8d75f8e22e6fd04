import { describe, expect, it } from 'vitest';
import { settableTags, tabletsByTags } from '../../../src/model/creation-tags.js';
import { parseServerVersion } from '../../../src/model/server-version.js';
import { planCreation } from '../../../src/model/table-creation.js';
import type { TableSchema, Tag } from '../../../src/model/table-schema.js';
import { recordedSchema } from './recorded-schema.js';

const on = (version: string) => parseServerVersion('Scylla', version);
const tag = (Key: string, Value: string): Tag => ({ Key, Value });
const team = tag('team', 'billing');
const isolation = tag('system:write_isolation', 'forbid_rmw');

/** Tags of CreateTable, and those that follow. */
function tagsOf(
  tags: readonly Tag[],
  version: string,
  tablets: boolean | undefined,
  schema: TableSchema = recordedSchema('102-describe-hash-only-now'),
) {
  const creation = planCreation({ ...schema, tags: [...tags] }, 'orders', { server: on(version), tablets });
  return { made: creation.input.Tags ?? [], after: creation.tagsAfter };
}

describe('Tags of a table that is made again', () => {
  it('are the saved ones, and nothing follows, where they make what the table was [vnodes-unless-tagged]', () => {
    expect(tagsOf([team, isolation], '2025.3.0', false)).toEqual({
      made: [team, isolation],
      after: undefined,
    });
    expect(tagsOf([], '6.2.0', false)).toEqual({ made: [], after: undefined });
    const asked = [tag('experimental:initial_tablets', '4'), team];
    expect(tagsOf(asked, '2025.1.0', true)).toEqual({ made: asked, after: undefined });
    const refused = [tag('system:initial_tablets', 'none'), team];
    expect(tagsOf(refused, '2025.4.0', false)).toEqual({ made: refused, after: undefined });
  });

  it('ask for vnodes where the configuration would decide, and are as before afterwards [vnodes-unless-tagged]', () => {
    expect(tagsOf([team], '2025.4.0', false)).toEqual({
      made: [tag('system:initial_tablets', 'none'), team],
      after: [team],
    });
  });

  it.each([
    ['2025.3.9', 'experimental:initial_tablets'],
    ['2025.4.0', 'system:initial_tablets'],
  ])(
    'ask on %s for what the table was by %s, whatever they say now [tablets-tag-is-system]',
    (version, key) => {
      expect(tagsOf([tag(key, 'none'), team], version, true)).toEqual({
        made: [tag(key, '0'), team],
        after: [tag(key, 'none'), team],
      });
      expect(tagsOf([team, tag(key, '8')], version, false)).toEqual({
        made: [tag(key, 'none'), team],
        after: [team, tag(key, '8')],
      });
      expect(tagsOf([team], version, true)).toEqual({ made: [tag(key, '0'), team], after: [team] });
    },
  );

  it('go from 2025.1 to 2025.4 with the old name as they were, and with the new one to be made [tablets-tag-is-system]', () => {
    const saved = [tag('experimental:initial_tablets', '0'), isolation];
    expect(tagsOf(saved, '2025.4.0', true)).toEqual({
      made: [tag('system:initial_tablets', '0'), ...saved],
      after: saved,
    });
  });

  it('go from 2025.4 to 2025.1 without the name that is refused there (api 145) [tablets-tag-is-system]', () => {
    const saved = [tag('system:initial_tablets', '0'), isolation];
    expect(tagsOf(saved, '2025.1.0', true)).toEqual({
      made: [tag('experimental:initial_tablets', '0'), isolation],
      after: [isolation],
    });
  });

  it('are left alone where nobody knows what the table was, or the server has no tablets [tablets-exist]', () => {
    const saved = [tag('experimental:initial_tablets', '0'), team];
    expect(tagsOf(saved, '2025.1.0', undefined)).toEqual({ made: saved, after: undefined });
    expect(tagsOf([team], '2026.1.0', undefined)).toEqual({ made: [team], after: undefined });
    for (const tablets of [false, true])
      expect(tagsOf(saved, '5.4.0', tablets)).toEqual({ made: saved, after: undefined });
    expect(tagsOf([], '5.4.0', true)).toEqual({ made: [], after: undefined });
    expect(tagsOf(saved, '6.0.0', false).made[0]).toEqual(tag('experimental:initial_tablets', 'none'));
  });

  it('ask for vnodes for a table of unknown kind with a stream, where only vnodes can have one [streams-refused-on-tablets]', () => {
    const streamed = recordedSchema('136-describe-stream-now');
    const vnodes = { made: [tag('system:initial_tablets', 'none'), team], after: [team] };
    expect(tagsOf([team], '2026.1.0', undefined, streamed)).toEqual(vnodes);
    expect(tagsOf([team], '2026.2.0', undefined, streamed)).toEqual({ made: [team], after: undefined });
    expect(tagsOf([team], '2026.1.0', true, streamed).made[0]).toEqual(tag('system:initial_tablets', '0'));
  });

  it('ask for vnodes for a table of unknown kind that expires items, where only vnodes can [ttl-refused-on-tablets]', () => {
    const expiring = recordedSchema('102-describe-hash-only-now', {
      ttl: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
    });
    const saved = [tag('experimental:initial_tablets', '0')];
    const vnodes = { made: [tag('experimental:initial_tablets', 'none')], after: saved };
    expect(tagsOf(saved, '2025.2.0', undefined, expiring)).toEqual(vnodes);
    expect(tagsOf(saved, '2025.3.0', undefined, expiring)).toEqual({ made: saved, after: undefined });
  });

  it('never are more than 50, also with the one that is needed at creation only (api 407) [tags-at-most-50]', () => {
    const saved = Array.from({ length: 50 }, (_, index) => tag(`k${index}`, 'v'));
    const { made, after } = tagsOf(saved, '2025.4.0', false);
    expect(made).toHaveLength(50);
    expect(made[0]).toEqual(tag('system:initial_tablets', 'none'));
    expect(after).toEqual(saved);
  });
});

describe('Tags of the server’s own', () => {
  const listed = [
    tag('system:provisioned_rcu', '5'),
    tag('system:table_creation_time', '1795277414000'),
    tag('system:ttl_attribute', 'expires'),
    tag('system:nosuch', '1'),
    tag('System:x', '1'),
    isolation,
    tag('system:initial_tablets', '0'),
    team,
  ];
  const keys = (tags: readonly Tag[]) => tags.map(({ Key }) => Key);

  it.each([
    ['2025.3.9', true, ['System:x', 'system:write_isolation', 'team']],
    ['2025.4.0', false, ['System:x', 'system:write_isolation', 'system:initial_tablets', 'team']],
  ])(
    'are not sent to %s, though older servers list them; users’ own are [system-tags-are-reserved]',
    (version, otherThanTagged, kept) => {
      expect(keys(settableTags(listed, on(version)))).toEqual(kept);
      expect(keys(tagsOf(listed, version, undefined).made)).toEqual(kept);
      expect(keys(tagsOf(listed, version, otherThanTagged).after ?? [])).toEqual(kept);
    },
  );

  it('are not sent without a known server either [system-tags-are-reserved]', () => {
    const schema = { ...recordedSchema('102-describe-hash-only-now'), tags: listed };
    const kept = ['System:x', 'system:write_isolation', 'system:initial_tablets', 'team'];
    expect(keys(planCreation(schema, 'orders').input.Tags ?? [])).toEqual(kept);
    expect(planCreation(schema, 'orders').tagsAfter).toBeUndefined();
  });
});

describe('What the server makes of a tablets tag', () => {
  it.each([
    ['0', true],
    [' 8', true],
    ['+2', true],
    ['2x', true],
    ['', false],
    ['none', false],
    ['x2', false],
  ])('is for %j tablets: %s', (value, tablets) => {
    expect(tabletsByTags([tag('experimental:initial_tablets', value)], on('2025.1.0'))).toBe(tablets);
    expect(tabletsByTags([tag('system:initial_tablets', value)], on('2026.1.0'))).toBe(tablets);
  });

  it('is not known without a tag since 2025.4, nor by the name of the other release', () => {
    expect(tabletsByTags([tag('system:initial_tablets', '0')], on('2025.3.0'))).toBe(false);
    expect(tabletsByTags([tag('experimental:initial_tablets', '0')], on('2025.4.0'))).toBeUndefined();
    expect(tabletsByTags([tag('experimental:initial_tablets', '0')], on('5.4.0'))).toBe(false);
  });
});
