import { validation } from '../api-error.js';
import type { Operation } from '../instance.js';
import { jsonText, objectText } from '../json-text.js';
import { optionalBoolean, optionalObject, optionalString, tableNameOf } from '../request-json.js';

const LONGEST_NAME = 255;

/** Keeps the setting only: nothing expires here. */
export const updateTimeToLive: Operation = async (request, { schemas, state }, { access }) => {
  const table = await schemas.get(tableNameOf(request));
  await access.verify('ALTER', table);
  const specification = optionalObject(request, 'TimeToLiveSpecification');
  if (specification === undefined)
    throw validation('UpdateTimeToLive missing mandatory TimeToLiveSpecification');
  const enabled = optionalBoolean(specification, 'Enabled');
  const attribute = optionalString(specification, 'AttributeName');
  if (enabled === undefined) throw validation('UpdateTimeToLive requires boolean Enabled');
  if (attribute === undefined) throw validation('UpdateTimeToLive requires string AttributeName');
  if (attribute.length < 1 || attribute.length > LONGEST_NAME) {
    throw validation(`The length of AttributeName must be between 1 and ${LONGEST_NAME}`);
  }

  const { ttlAttribute, ...rest } = state.read(table);
  if (rest.tablets) {
    throw validation(
      "TTL not yet supported on a table using tablets (issue #16567). Create a table with the tag 'experimental:initial_tablets' set to 'none' to use vnodes.",
    );
  }
  if (enabled) {
    if (ttlAttribute !== undefined) throw validation('TTL is already enabled');
    state.write(table.keyspace, { ...rest, ttlAttribute: attribute });
  } else {
    if (ttlAttribute === undefined) throw validation('TTL is already disabled');
    if (ttlAttribute !== attribute) {
      throw validation(
        `Requested to disable TTL on attribute ${attribute}, but a different attribute ${ttlAttribute} is enabled.`,
      );
    }
    state.write(table.keyspace, rest);
  }
  return objectText([['TimeToLiveSpecification', jsonText(specification)]]);
};

export const describeTimeToLive: Operation = async (request, { schemas, state }) => {
  const table = await schemas.get(tableNameOf(request));
  const { ttlAttribute } = state.read(table);
  const description =
    ttlAttribute === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: ttlAttribute };
  return objectText([['TimeToLiveDescription', jsonText(description)]]);
};
