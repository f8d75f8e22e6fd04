import { validation } from './api-error.js';
import type { Condition, Comparison } from './expressions/condition.js';
import { parseCondition } from './expressions/parse.js';
import type { Placeholders } from './expressions/placeholders.js';
import { objectOf, optionalList, optionalObject, optionalString, type Request } from './request-json.js';
import type { Column } from './table-schema.js';
import { isObject, type TypedValue } from './typed-value.js';

/** What a query asks of the sort key, in the words of the older KeyConditions. */
export type RangeOperator = 'EQ' | 'LT' | 'LE' | 'GT' | 'GE' | 'BETWEEN' | 'BEGINS_WITH';

export interface KeyCondition {
  readonly hash: TypedValue;
  readonly range?: { readonly operator: RangeOperator; readonly values: readonly TypedValue[] };
}

interface Term {
  readonly attribute: string;
  readonly operator: RangeOperator;
  readonly values: readonly TypedValue[];
}

export interface QueriedKey {
  readonly hash: Column;
  readonly range: Column | undefined;
}

/** Reads KeyConditionExpression, or the older KeyConditions. Throws Alternator's refusals. */
export function keyCondition(request: Request, key: QueriedKey, placeholders: Placeholders): KeyCondition {
  const expression = optionalString(request, 'KeyConditionExpression');
  const conditions = optionalObject(request, 'KeyConditions');
  if (expression === undefined && conditions === undefined) {
    throw validation('Query must have one of KeyConditions or KeyConditionExpression');
  }
  if (expression !== undefined && conditions !== undefined) {
    throw validation('Query does not allow both KeyConditions and KeyConditionExpression');
  }
  const terms =
    expression === undefined
      ? termsOfConditions(conditions ?? {})
      : termsOf(parseCondition(expression, 'KeyConditionExpression', placeholders));
  return conditionOf(terms, key);
}

function conditionOf(terms: readonly Term[], { hash, range }: QueriedKey): KeyCondition {
  if (terms.length > 2)
    throw validation('KeyConditionExpression allows conditions for at most two attributes');
  const hashTerm = terms.find(({ attribute }) => attribute === hash.name);
  const rangeTerm = terms.find(({ attribute }) => attribute === range?.name);
  const foreign = terms.find((term) => term !== hashTerm && term !== rangeTerm);
  if (hashTerm?.operator !== 'EQ') {
    throw validation(`Query condition missed key schema element: ${hash.name}`);
  }
  if (foreign !== undefined)
    throw validation(`Query condition on an attribute that is no key: ${foreign.attribute}`);
  const [value] = hashTerm.values;
  if (value === undefined) throw validation(`Query condition of ${hash.name} lacks a value`);
  return { hash: value, ...(rangeTerm === undefined ? {} : { range: rangeTerm }) };
}

const OPERATORS: Readonly<Record<Comparison, RangeOperator | undefined>> = {
  '=': 'EQ',
  '<': 'LT',
  '<=': 'LE',
  '>': 'GT',
  '>=': 'GE',
  '<>': undefined,
};

/** `:v < sk` says the same as `sk > :v`. */
const MIRRORED: Readonly<Record<RangeOperator, RangeOperator>> = {
  EQ: 'EQ',
  LT: 'GT',
  LE: 'GE',
  GT: 'LT',
  GE: 'LE',
  BETWEEN: 'BETWEEN',
  BEGINS_WITH: 'BEGINS_WITH',
};

const unsuitable = (): Error => validation('Unsupported condition in KeyConditionExpression');

function termsOf(condition: Condition): readonly Term[] {
  switch (condition.kind) {
    case 'and':
      return [...termsOf(condition.left), ...termsOf(condition.right)];
    case 'compare': {
      const operator = OPERATORS[condition.operator];
      const { left, right } = condition;
      if (operator === undefined) throw unsuitable();
      if (left.kind === 'path' && right.kind === 'value') return [term(left.path, operator, [right.value])];
      if (left.kind === 'value' && right.kind === 'path')
        return [term(right.path, MIRRORED[operator], [left.value])];
      throw unsuitable();
    }
    case 'between': {
      const { operand, low, high } = condition;
      if (operand.kind !== 'path' || low.kind !== 'value' || high.kind !== 'value') throw unsuitable();
      return [term(operand.path, 'BETWEEN', [low.value, high.value])];
    }
    case 'function': {
      const [operand, start] = condition.operands;
      if (condition.name !== 'begins_with' || operand?.kind !== 'path' || start?.kind !== 'value')
        throw unsuitable();
      return [term(operand.path, 'BEGINS_WITH', [start.value])];
    }
    case 'or':
    case 'not':
    case 'in':
      throw unsuitable();
  }
}

function term(
  path: readonly (string | number)[],
  operator: RangeOperator,
  values: readonly TypedValue[],
): Term {
  const [attribute] = path;
  if (path.length !== 1 || typeof attribute !== 'string') throw unsuitable();
  return { attribute, operator, values };
}

function termsOfConditions(conditions: Request): readonly Term[] {
  return Object.entries(conditions).map(([attribute, condition]) => {
    const fields = objectOf(condition);
    const operator = optionalString(fields, 'ComparisonOperator') ?? '';
    const values = (optionalList(fields, 'AttributeValueList') ?? []).filter(isObject);
    if (!(operator in MIRRORED)) throw validation(`Unsupported operator ${operator} in KeyConditions`);
    if (values.length !== (operator === 'BETWEEN' ? 2 : 1)) {
      throw validation(`Wrong number of values for operator ${operator} in KeyConditions`);
    }
    return { attribute, operator: operator as RangeOperator, values };
  });
}
