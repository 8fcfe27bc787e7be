/**
 * What the main thread of an engine process and the thread that watches it tell each other: numbers in shared memory,
 * since a thread that is held by native code answers nothing.
 */

const fields = ['beats', 'outlives', 'memoryMiB'] as const;
type Field = (typeof fields)[number];

/** Every field is a 32-bit integer, 0 at first. */
export class Signs {
  readonly memory: SharedArrayBuffer;
  readonly #values: Int32Array;

  constructor(memory = new SharedArrayBuffer(fields.length * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#values = new Int32Array(memory);
  }

  /** Goes up while the main thread turns. */
  get beats(): number {
    return this.#get('beats');
  }

  beat(): void {
    Atomics.add(this.#values, fields.indexOf('beats'), 1);
  }

  /** Whether what the process is at goes on without the host that asked for it. */
  get outlives(): boolean {
    return this.#get('outlives') !== 0;
  }

  set outlives(outlives: boolean) {
    this.#set('outlives', Number(outlives));
  }

  /** MiB that the process may hold; 0 is as much as it likes. */
  get memoryMiB(): number {
    return this.#get('memoryMiB');
  }

  set memoryMiB(limit: number) {
    this.#set('memoryMiB', limit);
    Atomics.notify(this.#values, fields.indexOf('memoryMiB'));
  }

  /** Waits, in a thread that may, for so many milliseconds, or until the memory limit is another one than this. */
  wait(milliseconds: number, memoryMiB: number): void {
    Atomics.wait(this.#values, fields.indexOf('memoryMiB'), memoryMiB, milliseconds);
  }

  #get(field: Field): number {
    return Atomics.load(this.#values, fields.indexOf(field));
  }

  #set(field: Field, value: number): void {
    Atomics.store(this.#values, fields.indexOf(field), value);
  }
}
