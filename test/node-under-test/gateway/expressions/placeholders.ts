import { validation } from '../api-error.js';
import { isObject, type TypedValue } from '../typed-value.js';
import { optionalObject, type Request } from '../request-json.js';

/** The `#names` and `:values` of one request. Asking for one marks it as used. */
export interface Placeholders {
  name(placeholder: string): string;
  value(placeholder: string): TypedValue;
  /** Throws when the request defined one that no expression used. */
  verifyAllUsed(): void;
}

export function placeholdersOf(request: Request, operation: string): Placeholders {
  const names = optionalObject(request, 'ExpressionAttributeNames') ?? {};
  const values = optionalObject(request, 'ExpressionAttributeValues') ?? {};
  const used = new Set<string>();
  const unused = (defined: Request): string | undefined =>
    Object.keys(defined).find((name) => !used.has(name));

  return {
    name(placeholder) {
      used.add(placeholder);
      const name = names[placeholder];
      if (typeof name !== 'string') {
        throw validation(`ExpressionAttributeNames missing entry '${placeholder}' required by expression`);
      }
      return name;
    },
    value(placeholder) {
      used.add(placeholder);
      const value = values[placeholder];
      if (!isObject(value)) {
        throw validation(`ExpressionAttributeValues missing entry '${placeholder}' required by expression`);
      }
      return value;
    },
    verifyAllUsed() {
      const name = unused(names);
      if (name !== undefined)
        throw validation(`ExpressionAttributeNames has spurious '${name}', not used in ${operation}`);
      const value = unused(values);
      if (value !== undefined)
        throw validation(`ExpressionAttributeValues has spurious '${value}', not used in ${operation}`);
    },
  };
}
