/**
 * Answers are composed as text: Alternator repeats members (a StreamSpecification comes twice after CreateTable), and a
 * stored document has to come back byte for byte, which a round trip through JavaScript objects would not promise.
 */
export type JsonText = string;

export const jsonText = (value: string | number | boolean | object): JsonText => JSON.stringify(value);

/** An object with these members in this order, repeated ones included. */
export function objectText(members: Iterable<readonly [name: string, value: JsonText]>): JsonText {
  let text = '';
  for (const [name, value] of members) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${value}`;
  return `{${text}}`;
}

export const listText = (elements: readonly JsonText[]): JsonText => `[${elements.join(',')}]`;
