import { Emitter } from '#shared/ops/emitter.ts';

/** What a decomposition works with: the node as it stands, and a builder that collects its replacement. */
export class LoweringContext extends Emitter {
  get x(): string {
    return this.input(0);
  }
}
