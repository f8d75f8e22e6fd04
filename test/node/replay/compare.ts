/** Where in an answer a value is: `body.Table.KeySchema.0.AttributeName`. */
export type Path = readonly (string | number)[];

export interface Difference {
  readonly field: string;
  readonly recorded: string;
  readonly answered: string;
}

/**
 * A kind of value that a server generates, so that it cannot be the recorded one. A rule says where it applies and what
 * is still asked of the value there.
 */
export interface Rule {
  readonly name: string;
  applies(path: Path, recorded: unknown): boolean;
  /** What is wrong with the answered value, or undefined. */
  problem(answered: unknown, recorded: unknown, path: Path): string | undefined;
}

/** Every field in which the answer is not what was recorded: absent, additional, of another type or value. */
export function differences(
  recorded: unknown,
  answered: unknown,
  rules: readonly Rule[],
  path: Path = [],
): readonly Difference[] {
  const rule = rules.find((candidate) => candidate.applies(path, recorded));
  if (rule !== undefined) {
    const problem = rule.problem(answered, recorded, path);
    return problem === undefined
      ? []
      : [difference(path, recorded, `${shown(answered)} (${rule.name}: ${problem})`)];
  }
  if (Array.isArray(recorded) && Array.isArray(answered)) {
    const length = Math.max(recorded.length, answered.length);
    return Array.from({ length }, (_, at) =>
      differences(recorded[at], answered[at], rules, [...path, at]),
    ).flat();
  }
  if (isObject(recorded) && isObject(answered)) {
    const names = new Set([...Object.keys(recorded), ...Object.keys(answered)]);
    return [...names].flatMap((name) => differences(recorded[name], answered[name], rules, [...path, name]));
  }
  return Object.is(recorded, answered) ? [] : [difference(path, recorded, shown(answered))];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const difference = (path: Path, recorded: unknown, answered: string): Difference => ({
  field: path.join('.'),
  recorded: shown(recorded),
  answered,
});

const LONGEST = 400;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
