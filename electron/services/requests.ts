/** Requests from the host to its window, as the stream that the contract's `app.requests` answers. */
import type { HostRequest } from '#shared/protocol/contract.ts';

/** Keeps requests until a window takes them, in order; one window listens at a time. */
export class RequestQueue {
  readonly #waiting: HostRequest[] = [];
  #wake: () => void = () => undefined;

  push(request: HostRequest): void {
    this.#waiting.push(request);
    this.#wake();
  }

  async *take(signal?: AbortSignal): AsyncGenerator<HostRequest, void, void> {
    const end = aborted(signal);
    while (!signal?.aborted) {
      const next = this.#waiting.shift();
      if (next) yield next;
      else await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), end]);
    }
  }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
}
