import type { Emitter } from '#shared/ops/emitter.ts';
import type { Activation } from '#shared/ops/recurrent-activations.ts';
import { handedOn, plus, type CellGradient } from '#shared/ops/recurrent-cell.ts';
import { inputs, type Direction, type Peepholes } from '#shared/ops/recurrent-direction.ts';
import { scan } from '#shared/ops/scan.ts';

/** Cell state before and after each step, as rows [T·N, H]. */
interface CellStates {
  readonly before: string;
  readonly after: string;
}

/**
 * c = φ c₋ + i k and h = o m, with gates i, o, φ = f(a), k = g(a_k) and m = h(c). With peepholes P the gates i and φ
 * also see c₋, and o sees c; with input_forget, φ is 1 − i.
 *
 * With dc coming from the step after: da_o = dh m f′, dc += dh o h′ + da_o P_o, da_i = dc k f′, da_φ = dc c₋ f′,
 * da_k = dc i g′, dh₋ = da·R, dc₋ = dc φ + da_i P_i + da_φ P_φ. All but dh and dc is known beforehand, so that each
 * of these lines comes down to one factor, those with peepholes too.
 */
export function lstmGradient(d: Direction): CellGradient {
  const { g, hidden } = d;
  const [f, ofCell, ofOutput] = d.activations as readonly [Activation, Activation, Activation];
  const coupled = g.int('input_forget', 0) !== 0;
  const peepholes = d.peepholes();
  const linear = d.project(d.previous(), d.r(), d.project(d.x(), d.w(), d.sumOfBiases()));
  const aCell = d.part(linear, 3 * hidden, hidden);
  const k = ofCell.value(g, aCell);

  const unseen = d.part(linear, 0, 3 * hidden);
  const seeing = peepholes && statesWithPeepholes(d, unseen, k, coupled, peepholes);
  const a = seeing ? g.add(unseen, d.beside(...peeped(g, seeing, peepholes))) : unseen;
  const gates = f.value(g, a);
  const [i, o, own] = d.split(gates, 3);
  const forget = coupled ? g.oneMinus(i) : own;
  const c = seeing ?? states(d, i, forget, k);

  const m = ofOutput.value(g, c.after);
  const slope = f.slope(g, () => a, gates);
  const cellSlope = ofCell.slope(g, () => aCell, k);
  const outputSlope = ofOutput.slope(g, () => c.after, m);
  const shares = coupled ? [g.sub(k, c.before), m, g.mul(m, g.scalar(0))] : [k, m, c.before];
  const ofGates = d.zeroOutside(g.mul(d.beside(...shares), slope));
  const ofK = d.zeroOutside(g.mul(i, cellSlope));
  let fromH = d.zeroOutside(g.mul(o, outputSlope));
  let toBefore = d.oneOutside(forget);
  if (peepholes) {
    const [ofI, ofO, ofForget] = d.split(ofGates, 3);
    fromH = g.add(fromH, g.mul(ofO, peepholes.output));
    toBefore = g.add(toBefore, g.add(g.mul(ofI, peepholes.input), g.mul(ofForget, peepholes.forget)));
  }

  const { states: first, rows } = scan(
    g,
    {
      forwards: !d.forwards,
      states: { h: d.cotangentOfLast('h', true), c: d.cotangentOfLast('c', true) },
      rows: {
        gates: d.stepped(d.beside(ofGates, ofK), 4 * hidden),
        fromH: d.stepped(fromH, hidden),
        toBefore: d.stepped(toBefore, hidden),
        dy: d.cotangentOfSteps(),
        valid: d.validity(),
      },
    },
    (b, state, row) => {
      const h = plus(b, state.h, row.dy);
      const cell = b.add(state.c, b.mul(h, row.fromH));
      const gate = b.mul(b.builder.op('Concat', [cell, h, cell, cell], { axis: 1 }), row.gates);
      const before = b.builder.op('MatMul', [gate, d.r()]);
      return {
        states: { h: handedOn(b, before, h, row.valid), c: b.mul(cell, row.toBefore) },
        rows: { gate: d.state(gate, 4) },
      };
    },
  );
  const ofInput = d.rows(rows.gate, 4 * hidden);
  return {
    ofInput,
    h: first.h,
    c: first.c,
    // Each gate's own gradient times what its peephole showed it.
    p: () => {
      const shown = d.beside(c.before, c.after, c.before);
      return g.sum(g.mul(d.part(ofInput, 0, 3 * hidden), shown), [0], false);
    },
  };
}

/** c = φ c₋ + i k, step by step; outside its sequence it stays as it is. */
function states(d: Direction, i: string, forget: string, k: string): CellStates {
  const { rows } = scan(
    d.g,
    {
      forwards: d.forwards,
      states: { c: d.state(d.initial(inputs.c)) },
      rows: {
        kept: d.stepped(d.oneOutside(forget), d.hidden),
        added: d.stepped(d.zeroOutside(d.g.mul(i, k)), d.hidden),
      },
    },
    (b, state, row) => {
      const c = b.add(b.mul(state.c, row.kept), row.added);
      return { states: { c }, rows: { c: d.state(c) } };
    },
  );
  return aroundSteps(d, rows.c);
}

/** The same where the gates see the cell state: `a` is what they get besides. */
function statesWithPeepholes(d: Direction, a: string, k: string, coupled: boolean, peepholes: Peepholes): CellStates {
  const [f] = d.activations as readonly [Activation];
  const [aInput, , aForget] = d.split(a, 3);
  const { rows } = scan(
    d.g,
    {
      forwards: d.forwards,
      states: { c: d.state(d.initial(inputs.c)) },
      rows: {
        input: d.stepped(aInput, d.hidden),
        forget: coupled ? undefined : d.stepped(aForget, d.hidden),
        k: d.stepped(k, d.hidden),
        valid: d.validity(),
      },
    },
    (b, state, row) => {
      const i = f.value(b, b.add(row.input, b.mul(state.c, peepholes.input)));
      const forget =
        row.forget === undefined ? b.oneMinus(i) : f.value(b, b.add(row.forget, b.mul(state.c, peepholes.forget)));
      const made = b.add(b.mul(state.c, forget), b.mul(i, row.k));
      const c = row.valid === undefined ? made : b.add(b.mul(made, row.valid), b.mul(state.c, b.oneMinus(row.valid)));
      return { states: { c }, rows: { c: d.state(c) } };
    },
  );
  return aroundSteps(d, rows.c);
}

function aroundSteps(d: Direction, c: string): CellStates {
  return { before: d.before(c, d.initial(inputs.c), false), after: d.rows(c, d.hidden) };
}

/** What the input, output and forget gate see of the cell. */
function peeped(g: Emitter, { before, after }: CellStates, { input, output, forget }: Peepholes): string[] {
  return [g.mul(before, input), g.mul(after, output), g.mul(before, forget)];
}
