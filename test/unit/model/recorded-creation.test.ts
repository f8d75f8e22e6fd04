import { describe, expect, it } from 'vitest';
import { parseServerVersion } from '../../../src/model/server-version.js';
import { planCreation } from '../../../src/model/table-creation.js';
import { recordedApi, recordedSchema } from './recorded-schema.js';

describe('What makes a recorded table again', () => {
  it('is not its description, but the request that a real server took for it (api 921 to 924) [description-is-no-request] [creation-date-is-not-kept]', () => {
    const { body } = recordedApi('923-roundtrip-clean').request;
    const { StreamSpecification: stream, ...request } = body;
    const creation = planCreation(recordedSchema('924-roundtrip-describe-again'), 'rt1');
    expect(creation.input).toEqual(request);
    expect(stream).toEqual({ StreamEnabled: true, StreamViewType: creation.stream });
    expect(Object.keys(request)).not.toContain('CreationDateTime');
  });

  it('has the throughput of a provisioned one, and none of an on-demand one [throughput-only-when-provisioned]', () => {
    expect(planCreation(recordedSchema('114-describe-provisioned-now'), 'prov').input).toMatchObject({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 7 },
    });
    expect(planCreation(recordedSchema('931-roundtrip-describe-after-as-is'), 'rt3').input).toMatchObject({
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    });
    const onDemand = planCreation(recordedSchema('102-describe-hash-only-now'), 'hashonly').input;
    expect(onDemand.BillingMode).toBe('PAY_PER_REQUEST');
    expect(onDemand).not.toHaveProperty('ProvisionedThroughput');
  });

  it('defines only attributes that are keys of what is made (api 925) [no-spurious-definitions]', () => {
    const whole = recordedSchema('924-roundtrip-describe-again');
    const describe = { ...whole.describe, GlobalSecondaryIndexes: undefined };
    const { input } = planCreation({ ...whole, describe }, 'rt1');
    expect(input.AttributeDefinitions.map(({ AttributeName }) => AttributeName).sort()).toEqual([
      'pk',
      'sk',
      'status',
    ]);
  });

  it.each(['924-roundtrip-describe-again', '926-describe-gsi-hash-only-on-hash-range-table'])(
    'gives a GSI the range key that it is shown with, also one that was made without (%s) [hash-only-gsi-shown-with-range] [projection-always-all]',
    (recording) => {
      expect(planCreation(recordedSchema(recording), 'again').input.GlobalSecondaryIndexes).toEqual([
        {
          IndexName: 'by-customer',
          KeySchema: [
            { AttributeName: 'customer', KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ]);
    },
  );

  it('keeps a GSI of a hash key only, as newer servers show it [hash-only-gsi-shown-with-range]', () => {
    const old = recordedSchema('926-describe-gsi-hash-only-on-hash-range-table');
    const GlobalSecondaryIndexes = [
      { IndexName: 'by-customer', KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' as const }] },
    ];
    const shown = { ...old, describe: { ...old.describe, GlobalSecondaryIndexes } };
    expect(planCreation(shown, 'gsi2r').input.GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'by-customer',
        KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ]);
  });

  it.each(['5.4.9', '6.2.0', '2025.1.0', '2026.4.0'])(
    'holds all indexes at once on %s, local and global [lsi-only-at-creation] [gsi-by-update-table] [one-gsi-per-update-table]',
    (version) => {
      const server = parseServerVersion('Scylla', version);
      const { input } = planCreation(recordedSchema('130-describe-gsi-odd-names-now'), 'gsi_odd', {
        server,
        tablets: false,
      });
      expect(input.GlobalSecondaryIndexes).toHaveLength(1);
      const local = planCreation(recordedSchema('132-describe-lsi-now'), 'lsi_t', { server, tablets: false });
      expect(local.input.LocalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual([
        'by-s2',
        'by-s3',
      ]);
    },
  );
});
