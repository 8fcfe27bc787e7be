/** Project files: bent text, and sound text with values that nobody meant. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GraftDocument } from '#shared/document/model.ts';
import { serializeDocument } from '#shared/document/serialize.ts';
import { nodeKinds } from '#shared/nodes/registry.ts';
import { project } from '#test/engine/support.ts';
import { bent, type Dice } from '#test/support/vandal.ts';
import { spoil } from './json.ts';
import { mixed, type Ground } from './kind.ts';

function sound(dice: Dice, { pictures }: Ground): GraftDocument {
  return project(pictures, dice.pick([[], ['augment.enabled=true'], ['freeze.mode=none'], ['head.hidden=32 16']]));
}

/** As many nodes as somebody likes, in a chain, a star, a ring or unconnected. */
function crowd(dice: Dice): GraftDocument {
  const count = dice.pick([50, 500, 5000]);
  const { kind } = dice.pick(nodeKinds);
  const form = dice.below(4);
  return {
    format: 3,
    title: 'crowd',
    nodes: Array.from({ length: count }, (_, index) => ({
      id: `n${index}`,
      kind,
      title: '',
      position: { x: index, y: index },
      parameters: {},
    })),
    wires:
      form === 3
        ? []
        : Array.from({ length: count }, (_, index) => ({
            from: { node: form === 1 ? 'n0' : `n${index}`, port: 'output' },
            to: { node: `n${form === 2 ? (index + 1) % count : Math.min(count - 1, index + 1)}`, port: 'input' },
          })),
  };
}

function open(text: string | Uint8Array, ground: Ground): Promise<unknown> {
  const path = join(ground.inputs, 'input.graft');
  writeFileSync(path, text);
  return ground.host.documents.open({ path });
}

const spoilt = (dice: Dice, ground: Ground): GraftDocument => spoil(sound(dice, ground), dice, ground);

export const documents = mixed([
  [3, (dice, ground) => open(bent(dice, Buffer.from(serializeDocument(sound(dice, ground))), 1), ground)],
  [3, (dice, ground) => open(JSON.stringify(spoilt(dice, ground)), ground)],
  [2, (dice, ground) => ground.ask('data.facts', { document: spoilt(dice, ground), path: '' })],
  [1, (dice, ground) => ground.ask('documents.parse', { text: JSON.stringify(spoilt(dice, ground)), name: 'x' })],
  [1, (dice, ground) => ground.ask('data.forecast', { document: spoilt(dice, ground), path: '', device: 'cpu' })],
  [1, (dice, { host }) => host.data.facts({ document: crowd(dice), path: '' })],
  [1, (dice, ground) => open('['.repeat(dice.pick([100, 5000, 200_000])), ground)],
]);
