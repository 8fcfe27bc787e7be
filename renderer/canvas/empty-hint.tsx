import { Kbd } from '@mantine/core';
import classes from './empty-hint.module.css';

export function EmptyHint() {
  return (
    <div className={classes['hint']}>
      <p className={classes['title']}>An empty canvas</p>
      <p>
        Double-click or press <Kbd>Tab</Kbd> to add a node.
      </p>
      <p>Drop a folder of pictures, an .onnx model or a .graft project here.</p>
      <p>
        Every command is under <Kbd>Ctrl K</Kbd>.
      </p>
    </div>
  );
}
