/** Small projects of generated pictures, and runs of them inside the test's own process. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { randomStreams, randomUniform } from '#shared/core/random.ts';
import { applySettings } from '#shared/document/set.ts';
import type { GraftDocument } from '#shared/document/model.ts';
import { instantiate } from '#shared/document/templates.ts';
import type { Prediction, PredictionOutcome, RunEvent } from '#shared/protocol/run.ts';

/** A fresh folder that is the engine's home for this process until `remove` is called. */
export function temporaryHome(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'graft-engine-'));
  process.env['GRAFT_HOME'] = path;
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

const colours = [
  { r: 200, g: 60, b: 50 },
  { r: 60, g: 160, b: 70 },
  { r: 60, g: 80, b: 190 },
];

/** Class folders of noisy plain pictures, told apart by their hue; some are made hard on purpose. */
export async function makePictures(folder: string, perClass: number, classes = 3, seed = 5): Promise<void> {
  for (let label = 0; label < classes; label++) {
    const classFolder = join(folder, `class-${label}`);
    mkdirSync(classFolder, { recursive: true });
    for (let index = 0; index < perClass; index++) {
      const draw = (channel: number): number =>
        (randomUniform(seed, randomStreams.sample, label * 1000 + index, channel) - 0.5) * 180;
      const base = colours[label % colours.length] as (typeof colours)[number];
      const shade = (value: number, channel: number): number =>
        Math.max(0, Math.min(255, Math.round(value + draw(channel))));
      const background = { r: shade(base.r, 0), g: shade(base.g, 1), b: shade(base.b, 2) };
      const picture = sharp({ create: { width: 24, height: 24, channels: 3, background } });
      writeFileSync(join(classFolder, `${index}.png`), await picture.png().toBuffer());
    }
  }
}

/** A project on the built-in backbone. */
export function project(data: string, settings: readonly string[] = []): GraftDocument {
  return applySettings(instantiate('image-classification', { dataPath: data, backbone: 'nano' }), settings);
}

/** Answers alone: a problem among them fails the test. */
export function answered(outcomes: readonly PredictionOutcome[]): Prediction[] {
  return outcomes.map((outcome) => {
    if ('problem' in outcome) throw new Error(outcome.problem.message);
    return outcome;
  });
}

export function losses(events: readonly RunEvent[]): number[] {
  return events.flatMap((event) => (event.event === 'step' ? [event.loss] : []));
}

/** Collects what a run says until it is over. */
export class Listener {
  readonly events: RunEvent[] = [];
  #done!: () => void;
  readonly over = new Promise<void>((resolve) => {
    this.#done = resolve;
  });
  readonly #onEvent: (event: RunEvent) => void;

  constructor(onEvent: (event: RunEvent) => void = () => undefined) {
    this.#onEvent = onEvent;
  }

  readonly hear = (_run: string, events: readonly RunEvent[]): void => {
    for (const event of events) {
      this.events.push(event);
      this.#onEvent(event);
      if (event.event === 'done' || event.event === 'error') this.#done();
    }
  };

  find<Name extends RunEvent['event']>(name: Name): Extract<RunEvent, { event: Name }> | undefined {
    return this.events.find((event): event is Extract<RunEvent, { event: Name }> => event.event === name);
  }

  all<Name extends RunEvent['event']>(name: Name): Extract<RunEvent, { event: Name }>[] {
    return this.events.filter((event): event is Extract<RunEvent, { event: Name }> => event.event === name);
  }
}
