/** Nothing was loaded. The text is what Scylla's server puts behind `Failed to load new sstables: `. */
export class LoadFailure extends Error {
  override readonly name = 'LoadFailure';

  constructor(exception: string, message: string, options?: ErrorOptions) {
    super(`${exception} (${message})`, options);
  }
}

export const malformed = (message: string, options?: ErrorOptions): LoadFailure =>
  new LoadFailure('sstables::malformed_sstable_exception', message, options);
export const runtimeError = (message: string, options?: ErrorOptions): LoadFailure =>
  new LoadFailure('std::runtime_error', message, options);
export const invalidArgument = (message: string): LoadFailure =>
  new LoadFailure('std::invalid_argument', message);
export const missingFile = (path: string): LoadFailure =>
  new LoadFailure(
    'std::filesystem::__cxx11::filesystem_error',
    `error system:2, filesystem error: open failed: No such file or directory [${path}]`,
  );
