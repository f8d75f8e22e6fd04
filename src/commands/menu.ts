import { KnownError } from '../errors.js';
import { parseTableName, type TableName } from '../model/table-name.js';
import type { Prompter, Question } from '../terminal/prompter.js';
import type { Reporter } from '../terminal/reporter.js';

/** The documented rule. */
export const RULE = '='.repeat(60);

/** Whoever is asked, and who hears of answers that make no sense. */
export interface MenuTools {
  readonly prompter: Prompter;
  readonly report: Reporter;
}

/** Title between rules. */
export function showTitle(prompter: Prompter, title: string): void {
  showLines(prompter, RULE, title, RULE, '');
}

export function showLines(prompter: Prompter, ...lines: readonly string[]): void {
  for (const line of lines) prompter.show(line);
}

/** Only the whole word agrees, as documented: `y` does not, nor does the end of the input. */
export async function isConfirmed(prompter: Prompter, message: string): Promise<boolean> {
  const answer = await prompter.ask({ message, flag: '--yes' });
  return answer?.toLowerCase() === 'yes';
}

/** The documented three choices; `flag` would have made the choice. */
export const chooseOfThree = <T>(tools: MenuTools, flag: string, values: readonly [T, T, T]): Promise<T> =>
  chooseByNumber(tools, flag, values);

/** One of up to nine choices. A person may try again; a pipe may not, and gets a usage error. */
export async function chooseByNumber<T>(
  { prompter, report }: MenuTools,
  flag: string,
  values: readonly T[],
): Promise<T> {
  const numbers = values.map((_, index) => String(index + 1));
  const asked = `${numbers.slice(0, -1).join(', ')}, or ${numbers.at(-1) ?? ''}`;
  for (;;) {
    const answer = await expectAnswer(prompter, { message: `Enter your choice (${asked}): `, flag });
    const at = numbers.indexOf(answer);
    if (at >= 0) return values[at] as T;
    report.remark(`Invalid menu choice: ${answer}`);
    if (!prompter.canAskAgain) {
      throw new KnownError('usage', `'${answer.slice(0, 80)}' is none of the choices ${numbers.join(', ')}`, {
        hint: `Pass ${flag}.`,
        changed: 'Nothing was done.',
      });
    }
  }
}

/** One of the tables that were shown, by its name; undefined for one that was not, which is said in the documented words. */
export async function chooseTable(
  { prompter, report }: MenuTools,
  tables: readonly TableName[],
): Promise<TableName | undefined> {
  const question = { message: 'Enter table name: ', flag: 'the name of a table' };
  const table = parseTableName(await expectAnswer(prompter, question));
  prompter.show('');
  if (tables.includes(table)) return table;
  prompter.show(`❌ Table '${table}' not found.`);
  report.warn(`User entered non-existent table: ${table}`);
  return undefined;
}

/** The answer; the end of the input, where a choice is needed, is a usage error that names the flag. */
async function expectAnswer(prompter: Prompter, question: Question): Promise<string> {
  const answer = await prompter.ask(question);
  if (answer !== undefined) return answer;
  throw new KnownError('usage', `The input ended before "${question.message.trim()}" was answered`, {
    hint: `Pass ${question.flag}.`,
    changed: 'Nothing was done.',
  });
}
