import type { Activation } from '#shared/ops/recurrent-activations.ts';
import { plus, type CellGradient } from '#shared/ops/recurrent-cell.ts';
import type { Direction } from '#shared/ops/recurrent-direction.ts';
import { scan } from '#shared/ops/scan.ts';

/**
 * h = (1 − z) n + z h₋ with z, r = f(a) and n = g(aₙ), where
 * aₙ = X·Wₙᵀ + Wbₙ + r (h₋·Rₙᵀ + Rbₙ) with linear_before_reset, and X·Wₙᵀ + Wbₙ + (r h₋)·Rₙᵀ + Rbₙ without:
 * da_z = dh (h₋ − n) f′, daₙ = dh (1 − z) g′, and da_r from daₙ.
 */
export function gruGradient(d: Direction): CellGradient {
  return d.g.int('linear_before_reset', 0) ? linearFirst(d) : resetFirst(d);
}

/** What both forms have in common once aₙ is known. */
function factors(d: Direction, z: string, zSlope: string, aHidden: string): { z: string; n: string; keep: string } {
  const { g } = d;
  const [, activation] = d.activations as readonly [Activation, Activation];
  const n = activation.value(g, aHidden);
  const slope = activation.slope(g, () => aHidden, n);
  return {
    z: d.zeroOutside(g.mul(g.sub(d.previous(), n), zSlope)),
    n: d.zeroOutside(g.mul(g.oneMinus(z), slope)),
    keep: d.oneOutside(z),
  };
}

/** With q = h₋·Rₙᵀ + Rbₙ: da_r = daₙ q f′, dq = daₙ r, dh₋ = [da_z da_r dq]·R + dh z. */
function linearFirst(d: Direction): CellGradient {
  const { g, hidden } = d;
  const [f] = d.activations as readonly [Activation];
  const fromInput = d.project(d.x(), d.w(), d.bias('input'));
  const fromState = d.project(d.previous(), d.r(), d.bias('recurrent'));
  const q = d.part(fromState, 2 * hidden, hidden);
  const a = g.add(d.part(fromInput, 0, 2 * hidden), d.part(fromState, 0, 2 * hidden));
  const gates = f.value(g, a);
  const [z, r] = d.split(gates, 2);
  const slope = f.slope(g, () => a, gates);
  const [zSlope, rSlope] = d.split(slope, 2);
  const of = factors(d, z, zSlope, g.add(d.part(fromInput, 2 * hidden, hidden), g.mul(r, q)));
  const factor = d.beside(of.z, g.mul(of.n, g.mul(q, rSlope)), g.mul(of.n, r));
  const { states, rows } = scan(
    g,
    {
      forwards: !d.forwards,
      states: { h: d.cotangentOfLast('h', true) },
      rows: { factor: d.stepped(factor, 3 * hidden), keep: d.stepped(of.keep, hidden), dy: d.cotangentOfSteps() },
    },
    (b, state, row) => {
      const h = plus(b, state.h, row.dy);
      const gate = b.mul(b.builder.op('Concat', [h, h, h], { axis: 1 }), row.factor);
      return {
        states: { h: b.add(b.builder.op('MatMul', [gate, d.r()]), b.mul(h, row.keep)) },
        rows: { h: d.state(h), gate: d.state(gate, 3) },
      };
    },
  );
  const ofRecurrent = d.rows(rows.gate, 3 * hidden);
  const ofHidden = g.mul(d.rows(rows.h, hidden), of.n);
  return { ofInput: d.beside(d.part(ofRecurrent, 0, 2 * hidden), ofHidden), ofRecurrent, h: states.h };
}

/** With s = r h₋: ds = daₙ·Rₙ, da_r = ds h₋ f′, dh₋ = [da_z da_r]·[R_z R_r] + ds r + dh z. */
function resetFirst(d: Direction): CellGradient {
  const { g, hidden } = d;
  const [f] = d.activations as readonly [Activation];
  const gatesOfR = d.part(d.r(), 0, 2 * hidden, 0);
  const hiddenOfR = d.part(d.r(), 2 * hidden, hidden, 0);
  const fromInput = d.project(d.x(), d.w(), d.sumOfBiases());
  const a = d.project(d.previous(), gatesOfR, d.part(fromInput, 0, 2 * hidden));
  const gates = f.value(g, a);
  const [z, r] = d.split(gates, 2);
  const slope = f.slope(g, () => a, gates);
  const [zSlope, rSlope] = d.split(slope, 2);
  const reset = g.mul(r, d.previous());
  const of = factors(d, z, zSlope, d.project(reset, hiddenOfR, d.part(fromInput, 2 * hidden, hidden)));
  const { states, rows } = scan(
    g,
    {
      forwards: !d.forwards,
      states: { h: d.cotangentOfLast('h', true) },
      rows: {
        z: d.stepped(of.z, hidden),
        n: d.stepped(of.n, hidden),
        keep: d.stepped(of.keep, hidden),
        r: d.stepped(r, hidden),
        ofR: d.stepped(g.mul(d.previous(), rSlope), hidden),
        dy: d.cotangentOfSteps(),
      },
    },
    (b, state, row) => {
      const h = plus(b, state.h, row.dy);
      const n = b.mul(h, row.n);
      const s = b.builder.op('MatMul', [n, hiddenOfR]);
      const gate = b.builder.op('Concat', [b.mul(h, row.z), b.mul(s, row.ofR)], { axis: 1 });
      const direct = b.add(b.mul(h, row.keep), b.mul(s, row.r));
      return {
        states: { h: b.add(b.builder.op('MatMul', [gate, gatesOfR]), direct) },
        rows: { gate: d.state(gate, 2), n: d.state(n) },
      };
    },
  );
  const [gate, n] = [d.rows(rows.gate, 2 * hidden), d.rows(rows.n, hidden)];
  return {
    ofInput: d.beside(gate, n),
    ofR: () => {
      const parts = [d.transposedProduct(gate, d.previous()), d.transposedProduct(n, reset)];
      return g.builder.op('Concat', parts, { axis: 0 });
    },
    h: states.h,
  };
}
