import { isAbsolute, resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with a setting, as a sentence that begins with its flag. */
export class Problem {
  constructor(readonly text: string) {}
}

export function parseEndpoint(text: string): URL | Problem {
  const problem = new Problem(`--endpoint must be a URL such as http://localhost:8000, not '${text}'`);
  if (!URL.canParse(text)) return problem;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return problem;
  // It would be seen in logs and in `ps`.
  if (url.username !== '' || url.password !== '') return new Problem('--endpoint must not hold credentials');
  return url;
}

/** A path from the working directory, which may have been removed meanwhile. */
export function parsePlace(flag: string, text: string): string | Problem {
  if (isAbsolute(text)) return resolve(text);
  try {
    return resolve(text);
  } catch {
    return new Problem(`${flag} '${text}' starts at the working directory, which is not there any more`);
  }
}

export function parseWord(flag: string, text: string, form: RegExp): string | Problem {
  return form.test(text) ? text : new Problem(`${flag} cannot be '${text}'`);
}

/** Of an environment variable; a flag needs no value. */
export function parseSwitch(name: string, environment: Environment): boolean | Problem {
  const text = environment[name];
  if (text === undefined || /^(0|no|off|false)$/i.test(text)) return false;
  return /^(1|yes|on|true)$/i.test(text) || new Problem(`${name} must be 1 or 0, not '${text}'`);
}

export function parseNumber(flag: string, text: string, least: number, most: number): number | Problem {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most
    ? value
    : new Problem(`${flag} must be a whole number from ${least} to ${most}, not '${text}'`);
}

/** Megabytes of 1,000,000 bytes, fractions too, as bytes. */
export function parseRate(flag: string, text: string): number | Problem {
  const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) * 1_000_000 : Number.NaN;
  return value >= 1000
    ? value
    : new Problem(`${flag} must be megabytes per second, such as 50 or 0.5, not '${text}'`);
}

/** A program with arguments, parted by blanks; as a JSON list where a part holds blanks itself. */
export function parseProgram(flag: string, text: string): readonly [string, ...string[]] | Problem {
  const problem = new Problem(
    `${flag} must be a program with arguments, or a JSON list of them, not '${text}'`,
  );
  let words: readonly unknown[];
  try {
    words = text.trimStart().startsWith('[')
      ? (JSON.parse(text) as unknown[])
      : text.split(/\s+/).filter(Boolean);
  } catch {
    return problem;
  }
  const [program, ...args] = words;
  const isText = (word: unknown): word is string => typeof word === 'string' && word !== '';
  return isText(program) && args.every((word) => typeof word === 'string') ? [program, ...args] : problem;
}
