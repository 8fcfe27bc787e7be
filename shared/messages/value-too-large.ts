import { GraftError } from './error.ts';

/** A value of a model that nothing here has room for. Whoever knows which file the model is says so. */
export class ValueTooLarge extends GraftError {
  readonly #details: { readonly name: string; readonly needed: number; readonly limit: number };

  /** @param needed and `limit` bytes */
  constructor(details: { readonly name: string; readonly needed: number; readonly limit: number }, path?: string) {
    super('model.value-too-large', { ...details, ...(path === undefined ? {} : { path }) });
    this.#details = details;
  }

  /** The same of a file. */
  of(path: string): ValueTooLarge {
    return new ValueTooLarge(this.#details, path);
  }
}
