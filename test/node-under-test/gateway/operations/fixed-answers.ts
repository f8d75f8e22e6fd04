import { ApiError } from '../api-error.js';
import type { Operation } from '../instance.js';
import { jsonText } from '../json-text.js';
import { tableNameOf } from '../request-json.js';

const ONE_DAY_IN_MINUTES = 1440;

/** The one endpoint is where the request was sent. */
export const describeEndpoints: Operation = async (_request, _instance, { host }) =>
  jsonText({ Endpoints: [{ Address: host, CachePeriodInMinutes: ONE_DAY_IN_MINUTES }] });

/** Alternator has no such backups, and says so of every table. */
export const describeContinuousBackups: Operation = async (request, { schemas }) => {
  const name = tableNameOf(request);
  if ((await schemas.find(name)) === undefined) {
    throw new ApiError('TableNotFoundException', `Table ${name} not found`);
  }
  return jsonText({
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'DISABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  });
};
