/** Parameters and optimizer state, which go from one step into the next. On a GPU they stay in its memory. */
import type * as ort from 'onnxruntime-node';
import { names } from '#shared/compiler/7-emit.ts';
import type { Tensor } from '#shared/ir/tensor.ts';
import { toRuntime } from '#electron/engine/runtime/tensors.ts';

/** One run of the runtime should last about this long: the chart moves, and pause and stop are heard. */
const runMilliseconds = 100;
/** So long where what is carried is much: each run's results are copied once, for which a processor takes 0.4 ms a megabyte. */
const longRunMilliseconds = 1000;
const muchBytes = 32 << 20;

export class CarriedValues {
  #tensors: Record<string, ort.Tensor> = {};

  /** What a step takes of them, by name. */
  get feeds(): Readonly<Record<string, ort.Tensor>> {
    return this.#tensors;
  }

  /** What a step calls their next values: those that are to be kept on the device. */
  get nextNames(): string[] {
    return Object.keys(this.#tensors).map(names.next);
  }

  /** Whether they are in the memory of a GPU, where nothing but a session reads them. */
  get onDevice(): boolean {
    return Object.values(this.#tensors).some(({ location }) => location === 'gpu-buffer');
  }

  /** How many steps one run should take, at so many milliseconds a step. */
  stepsPerRun(millisecondsOfStep: number): number {
    const bytes = Object.values(this.#tensors).reduce(
      (sum, { size }) => sum + size * Float32Array.BYTES_PER_ELEMENT,
      0,
    );
    const limit = bytes < muchBytes || this.onDevice ? runMilliseconds : longRunMilliseconds;
    return Math.max(1, Math.round(limit / millisecondsOfStep));
  }

  /** Sets or replaces some of them. The tensors are copied. */
  load(values: ReadonlyMap<string, Tensor>): void {
    for (const [name, tensor] of values)
      this.#tensors[name] = toRuntime({ ...tensor, data: Uint8Array.from(tensor.data) });
  }

  /** Takes the next values from what a step gave. */
  advance(results: Readonly<Record<string, ort.Tensor>>): void {
    for (const [name, before] of Object.entries(this.#tensors)) {
      this.#tensors[name] = results[names.next(name)] as ort.Tensor;
      // Memory of the device is not the garbage collector's to free.
      if (before.location === 'gpu-buffer') before.dispose();
    }
  }
}
