import { describe, expect, test } from 'vitest';
import type { RunEvent } from '#shared/protocol/run.ts';
import { Output } from '#electron/cli/output.ts';
import { drawChart } from '#electron/cli/view/chart.ts';
import { bar, bytes, count, duration, table } from '#electron/cli/view/format.ts';
import { TrainView } from '#electron/cli/view/train-view.ts';

describe('the text chart', () => {
  test('draws a falling line from the top left to the bottom right', () => {
    expect(drawChart([4, 3, 2, 1], { width: 8, height: 2 })).toEqual(['4.00 ┤⠹⡄', '1.00 ┤⠀⢳']);
  });

  test('draws one dot or stroke per column whatever the length, and joins steps', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => (index < 5000 ? 1 : 0));
    const lines = drawChart(values, { width: 30, height: 3 });
    expect(lines.map(({ length }) => length)).toEqual([29, 29, 29].map(() => lines[0]?.length));
    const strokes = lines.map((line) => line.split('┤')[1] ?? '');
    expect(strokes.every((line) => /[^⠀]/u.test(line))).toBe(true);
  });

  test('has nothing to draw without two finite values', () => {
    expect(drawChart([1, Number.NaN], { width: 20, height: 3 })).toEqual([]);
    expect(drawChart([2, 2], { width: 8, height: 1 })).toHaveLength(1);
  });
});

test('a line per epoch says when pictures were waited for', () => {
  let text = '';
  const streams = { out: (more: string) => void (text += more), err: () => undefined, terminal: false, columns: 60 };
  const view = new TrainView(new Output(false, streams));
  const epoch = (number: number, dataWaitSeconds: number): RunEvent => ({
    event: 'epoch',
    epoch: number,
    train: { loss: 1, accuracy: 0.5 },
    validation: { loss: 1, accuracy: 0.5 },
    seconds: 10,
    dataWaitSeconds,
    samplesPerSecond: 1,
    secondsLeft: 0,
    best: false,
  });
  view.show([epoch(1, 1.2), epoch(2, 0.1)]);
  const [first, second] = text.trim().split('\n');
  expect(first).toMatch(/accuracy 50\.0 % · waiting for pictures: 12\.0 % of the time$/);
  expect(second).toMatch(/accuracy 50\.0 %$/);
});

test('numbers read the way people write them', () => {
  expect([duration(3.21), duration(42), duration(150), duration(7500)]).toEqual([
    '3.2 s',
    '42 s',
    '2 min 30 s',
    '2 h 5 min',
  ]);
  expect([count(950), count(12_345), count(11_200_000)]).toEqual(['950', '12.3 k', '11.2 M']);
  expect([bytes(0), bytes(512), bytes(3 * 1024 ** 2)]).toEqual(['0 B', '512 B', '3.0 MiB']);
  expect([bar(0, 4), bar(0.5, 4), bar(2, 4)]).toEqual(['░░░░', '██░░', '████']);
  expect(
    table([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
  ).toBe('a    bb\nccc  d');
});

describe('a run on a terminal that redraws', () => {
  const plan: RunEvent = {
    event: 'plan',
    run: '/r',
    task: 'image-classification',
    classes: ['a', 'b'],
    samples: { train: 8, validation: 2 },
    parameters: { trainable: 10, frozen: 100 },
    device: 'cpu',
    cached: false,
    epochs: 1,
    stepsPerEpoch: 4,
    summary: 'One head.',
    unreadable: [{ path: '/bad.png', reason: 'it is empty' }],
  };
  const step = (number: number): RunEvent => ({
    event: 'step',
    step: number,
    epoch: 1,
    loss: 1 / number,
    lr: 0,
    accuracy: 0,
  });

  const escape = '\u001b[';

  /** What a terminal shows in the end: lines, with `up n and erase` carried out. */
  function screen(text: string): string[] {
    const lines: string[] = [];
    for (const [index, part] of text.split(escape).entries()) {
      // The first part has no command before it; the others begin with “up n” or with “erase”.
      const command = index === 0 ? '' : (/^(\d+A|0J)/u.exec(part)?.[0] ?? '');
      if (command.endsWith('A')) lines.splice(lines.length - Number.parseInt(command, 10));
      lines.push(...part.slice(command.length).split('\n').filter(Boolean));
    }
    return lines;
  }

  test('leaves the plan, one bar, one chart and the end on the screen', () => {
    let text = '';
    const streams = { out: (more: string) => void (text += more), err: () => undefined, terminal: true, columns: 60 };
    const view = new TrainView(new Output(false, streams));
    view.show([plan, { event: 'cache', done: 5, total: 10, secondsLeft: 1 }]);
    view.show([{ event: 'tuning', done: 2, total: 8, secondsLeft: 1 }]);
    expect(screen(text).at(-1)).toBe('tuning ██████░░░░░░░░░░░░░░░░░░ 2/8 · 1.0 s left');
    view.show([step(1), step(2)]);
    view.show([step(3), step(4)]);
    view.show([
      {
        event: 'done',
        run: '/r',
        reason: 'epochs',
        best: { epoch: 1, loss: 0.25, accuracy: 1 },
        model: '/m',
        seconds: 2,
      },
    ]);
    const shown = screen(text);
    expect(shown.slice(0, 4)).toEqual([
      '2 classes · 8 pictures to train on, 2 held out · 10 parameters trained, 100 frozen · cpu',
      'One head.',
      '! left out: /bad.png (it is empty)',
      'training ████████████████████████ step 4/4',
    ]);
    expect(shown.slice(4, 10).every((line) => line.includes('┤'))).toBe(true);
    expect(shown.slice(10)).toEqual([
      'all epochs done after 2.0 s · best epoch 1: accuracy 100.0 %, loss 0.2500',
      'model /m',
      'run   /r',
    ]);
  });
});
