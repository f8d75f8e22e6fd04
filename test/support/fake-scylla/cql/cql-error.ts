/** An error that the server sends, with its code (native_protocol_v4.spec, section 9). */
export class CqlError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export const PROTOCOL_ERROR = 0x000a;
export const BAD_CREDENTIALS = 0x0100;
export const UNAUTHORIZED = 0x2100;

export const syntaxError = (message: string): CqlError => new CqlError(0x2000, message);
export const invalidQuery = (message: string): CqlError => new CqlError(0x2200, message);
export const configError = (message: string): CqlError => new CqlError(0x2300, message);
export const alreadyExists = (message: string): CqlError => new CqlError(0x2400, message);
