/** What a server makes up, as it stands in the text on the wire; the rules of `generated.ts` look at the values themselves. */
const GENERATED: readonly (readonly [part: RegExp, mask: string])[] = [
  [/"TableId":"[0-9a-f-]{36}"/g, '"TableId":…'],
  [/"(CreationDateTime|LastUpdateToPayPerRequestDateTime)":\d+/g, '"$1":…'],
  [/"LatestStreamArn":"S[0-9a-f-]{36}"/g, '"LatestStreamArn":…'],
  [/"LatestStreamLabel":"\\"[^"\\]*\\""/g, '"LatestStreamLabel":…'],
  [/127\.0\.0\.\d+(:\d+)?/g, '…'],
  [/at: (<addresses>|(0x[0-9a-f]+ ?)+) /g, 'at: … '],
  [/at (<number>|\d+)"/g, 'at …"'],
  [/\d{8}T\d{6}Z \(current time/g, '… (current time'],
];

/** The text with everything generated masked: what is left has to be equal, so also the order of members. */
export const withoutGenerated = (text: string): string =>
  GENERATED.reduce((rest, [part, mask]) => rest.replace(part, mask), text);
