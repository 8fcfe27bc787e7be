import { describe, expect, it } from 'vitest';
import { addNode, disconnect, removeNodes, renameNode, setParameter } from '#shared/document/edits.ts';
import { emptyDocument, type GraftDocument } from '#shared/document/model.ts';
import { problems } from '#shared/document/validate.ts';
import { problem } from '#shared/messages/error.ts';
import { noFacts, type Facts } from '#shared/nodes/facts.ts';
import { at, graph, project } from '#test/support/documents.ts';
import { factsWith } from '#test/support/facts.ts';

/** `code node` of every problem. */
function found(document: GraftDocument, facts: Facts = noFacts): string[] {
  return problems(document, facts).map(({ code, node }) => (node === undefined ? code : `${code} ${node}`));
}

function withWire(document: GraftDocument, from: string, to: string): GraftDocument {
  return { ...document, wires: [...document.wires, { from: at(from), to: at(to) }] };
}

describe('a sound project', () => {
  it('has no problems', () => {
    expect(problems(project(), factsWith())).toEqual([]);
  });

  it('may do without its optional nodes', () => {
    const short = graph(
      ['image-folder', 'backbone', 'head', 'loss', 'optimizer', 'training'],
      [
        'data.samples > backbone.samples',
        'backbone.features > head.features',
        'head.predictions > loss.predictions',
        'data.targets > loss.targets',
        'loss.loss > optimizer.loss',
        'optimizer.update > training.update',
      ],
    );
    expect(problems(setParameter(short, 'data', 'path', 'x'), factsWith())).toEqual([]);
  });

  it('may have half-built things lying about', () => {
    const { document } = addNode(project(), { kind: 'head', position: { x: 0, y: 0 } });
    const more = ['note', 'image-folder'].reduce(
      (current, kind) => addNode(current, { kind, position: { x: 0, y: 0 } }).document,
      document,
    );
    expect(problems(more, factsWith())).toEqual([]);
  });
});

describe('what is missing', () => {
  it('is a training, on an empty canvas', () => {
    expect(found(emptyDocument)).toEqual(['graph.no-training']);
  });

  it('is a folder, even before there is a training', () => {
    expect(found(graph(['image-folder']))).toEqual(['graph.no-training', 'data.folder-unset data']);
  });

  it('is a wire, named by node and port', () => {
    const document = renameNode(project(), 'loss', 'How wrong');
    const cut = disconnect(
      document,
      document.wires.filter(({ to }) => to.port === 'targets'),
    );
    expect(problems(cut, noFacts)).toMatchObject([
      { code: 'graph.input-missing', node: 'loss', message: '“How wrong” has nothing connected to its targets input.' },
    ]);
  });

  it('is a model for results that hang in the air', () => {
    const cut = disconnect(
      project(),
      project().wires.filter(({ to }) => to.node === 'export'),
    );
    expect(found(cut)).toEqual(['graph.input-missing export']);
  });

  it('is everything before a training that stands alone', () => {
    expect(found(graph(['training']))).toEqual(['graph.input-missing training']);
  });

  it('is a part left out by a wire that does not fit', () => {
    const document = withWire(removeNodes(project(), ['optimizer', 'schedule']), 'loss.loss', 'training.update');
    expect(found(document)).toEqual(['graph.edge-mismatch training', 'graph.missing-part training']);
    expect(problems(document)[1]?.message).toContain('Optimizer');
  });
});

describe('what is too much', () => {
  it('is a second training', () => {
    const { document } = addNode(project(), { kind: 'training', position: { x: 0, y: 0 } });
    expect(found(document)).toEqual(['graph.two-trainings training-2']);
  });

  it('is a part twice in one chain', () => {
    const document = graph(['split', 'split', 'training'], ['split.samples > split-2.samples']);
    const chain = withWire(document, 'split-2.samples', 'training.update');
    expect(found(chain)).toContain('graph.repeated-part split-2');
  });

  it('is a second wire in an input', () => {
    expect(found(withWire(project(), 'data.samples', 'backbone.samples'))).toEqual(['graph.crowded-input backbone']);
  });
});

describe('what is wrong', () => {
  it('is a circle', () => {
    const document = withWire(
      graph(['split', 'augment'], ['split.samples > augment.samples']),
      'augment.samples',
      'split.samples',
    );
    expect(found(document)).toEqual(['graph.cycle split']);
  });

  it('is a wire between sockets that do not match', () => {
    expect(found(withWire(project(), 'data.samples', 'loss.predictions'))).toContain('graph.edge-mismatch loss');
  });

  it('is a wire that leads nowhere, by its name and by what is missing', () => {
    const [toNode] = problems(withWire(project(), 'data.samples', 'gone.samples'));
    expect(toNode).toMatchObject({ code: 'graph.loose-wire', node: 'data', wire: 'data.samples→gone.samples' });
    expect(toNode?.message).toBe(
      'A wire from “data.samples” to “gone.samples” leads nowhere: there is no node “gone”.',
    );
    const [toPort] = problems(withWire(project(), 'data.samples', 'split.nope'));
    expect(toPort).toMatchObject({ code: 'graph.loose-wire', node: 'split' });
    expect(toPort?.message).toContain('“Split” has no input “nope”');
    expect(problems(withWire(emptyDocument, 'a.b', 'c.d')).map(({ code, node }) => [code, node])).toContainEqual([
      'graph.loose-wire',
      undefined,
    ]);
  });

  it('is a kind from elsewhere', () => {
    const { document } = addNode(project(), { kind: 'quantum', position: { x: 0, y: 0 } });
    expect(found(document)).toEqual(['graph.unknown-kind quantum']);
  });

  it('is a setting, in the words of the inspector', () => {
    const document = setParameter(setParameter(project(), 'training', 'epochs', 0), 'head', 'hidden', [64, 'x']);
    expect(problems(document).map(({ message }) => message)).toEqual([
      '“Head”: Hidden layers entry 2 must be a number.',
      '“Training”: Epochs must be at least 1.',
    ]);
  });

  it('is a setting that does not exist', () => {
    const document = setParameter(project(), 'head', 'droput', 0.5);
    expect(problems(document)).toMatchObject([
      { code: 'graph.unknown-parameter', message: 'There is no parameter head.droput.', node: 'head' },
    ]);
  });
});

describe('facts', () => {
  it('let kinds check their settings', () => {
    const document = setParameter(setParameter(project(), 'freeze', 'mode', 'until'), 'freeze', 'stage', 'layer4');
    expect(found(document, factsWith())).toEqual(['model.unknown-stage freeze']);
    expect(found(document, noFacts)).toEqual([]);
  });

  it('bring problems of their own, each said once', () => {
    const missing = problem('data.folder-missing', { path: 'x' }, 'data');
    expect(problems(project(), factsWith({ problems: [missing, missing] }))).toEqual([missing]);
  });
});
