/** What was found to be fastest, by place; and which places a graph has. */
import { Surroundings } from '#shared/compiler/tuning/surroundings.ts';
import type { ChoicePoint, Spellings } from '#shared/ir/target.ts';

/** Name of the way to write each place, by `placeName`. A place that is not in it is written as usual. */
export type Choices = Readonly<Record<string, string>>;

/** Places that are alike everywhere have one name. */
export function placeName({ kind, key }: Pick<ChoicePoint, 'kind' | 'key'>): string {
  return `${kind}: ${key}`;
}

export function spellingsOf(choices: Choices): Spellings {
  return (point) => choices[placeName(point)];
}

/** All places of one name in a graph. */
export interface Place {
  readonly name: string;
  readonly point: ChoicePoint;
  /** How often it occurs. */
  readonly count: number;
  /** Whether most of them read what is in the blocked layout, and have their result read in it. */
  readonly fromBlocks: boolean;
  readonly intoBlocks: boolean;
}

/** Notes the places of the graphs that are written for its `spellings`. */
export class ChoiceRecorder {
  readonly #block: number | undefined;
  readonly #choices: Choices;
  readonly #met = new Map<string, { point: ChoicePoint; count: number; from: number; into: number }>();

  /**
   * @param block channels in a block of the kernels that the graph is written for
   * @param choices ways to write its places
   */
  constructor(block: number | undefined, choices: Choices = {}) {
    this.#block = block;
    this.#choices = choices;
  }

  readonly spellings: Spellings = (point) => {
    const name = placeName(point);
    const met = this.#met.get(name) ?? { point, count: 0, from: 0, into: 0 };
    this.#met.set(name, met);
    met.count++;
    if (this.#block !== undefined) {
      const around = new Surroundings(point, this.#block);
      if (around.readsBlocks) met.from++;
      if (around.isReadInBlocks) met.into++;
    }
    return this.#choices[name];
  };

  /** In the order in which a graph has them. */
  get places(): Place[] {
    return [...this.#met].map(([name, { point, count, from, into }]) => ({
      name,
      point,
      count,
      fromBlocks: 2 * from > count,
      intoBlocks: 2 * into > count,
    }));
  }
}
