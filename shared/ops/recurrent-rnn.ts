import type { Activation } from '#shared/ops/recurrent-activations.ts';
import { handedOn, plus, type CellGradient } from '#shared/ops/recurrent-cell.ts';
import { once, type Direction } from '#shared/ops/recurrent-direction.ts';
import { scan } from '#shared/ops/scan.ts';

/** h = f(a) with a = X·Wᵀ + h₋·Rᵀ + b: da = dh · f′(a), dh₋ = da·R. */
export function rnnGradient(d: Direction): CellGradient {
  const { g, hidden } = d;
  const [f] = d.activations as readonly [Activation];
  const a = once(() => d.project(d.previous(), d.r(), d.project(d.x(), d.w(), d.sumOfBiases())));
  const slope = d.zeroOutside(f.slope(g, a, d.output()));
  const { states, rows } = scan(
    g,
    {
      forwards: !d.forwards,
      states: { h: d.cotangentOfLast('h', false) },
      rows: { slope: d.stepped(slope, hidden), dy: d.cotangentOfSteps(), valid: d.validity() },
    },
    (b, state, row) => {
      const h = plus(b, state.h, row.dy);
      const gates = b.mul(h, row.slope);
      return {
        states: { h: handedOn(b, b.builder.op('MatMul', [gates, d.r()]), h, row.valid) },
        rows: { gates: d.state(gates) },
      };
    },
  );
  return { ofInput: d.rows(rows.gates, hidden), h: states.h };
}
