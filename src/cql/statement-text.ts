import type { Statement } from './statement.js';
import type { Token } from './token.js';
import { tokensOf } from './tokenizer.js';

/** The statement as a file holds it: line ends are \n, and it ends in exactly one `;` and one line end. */
export function fileTextOf(statement: Statement): string {
  const text = withUnixLineEnds(statement.text);
  return statement.terminated ? `${text}\n` : `${text};\n`;
}

/** The statements one below the other. Cut again, this text gives the same statements. */
export function joinStatements(statements: readonly Statement[]): string {
  return statements.map(fileTextOf).join('');
}

/**
 * Text without a single bare \n went through a program that turned all line ends into \r\n, those inside literals
 * included, so all are turned back. Otherwise a \r inside a literal is somebody's data and stays.
 */
function withUnixLineEnds(text: string): string {
  if (!text.includes('\r')) return text;
  if (text.includes('\r\n') && !/(?<!\r)\n/.test(text)) return unixLineEnds(text);

  let result = '';
  let at = 0;
  for (const token of tokensOf(text)) {
    if (!isLiteral(token)) continue;
    result += unixLineEnds(text.slice(at, token.start)) + text.slice(token.start, token.end);
    at = token.end;
  }
  return result + unixLineEnds(text.slice(at));
}

function isLiteral({ kind }: Token): boolean {
  return kind === 'string' || kind === 'quoted name' || kind === 'body';
}

function unixLineEnds(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n');
}
