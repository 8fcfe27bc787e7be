import { Prose } from '#renderer/ui/prose.tsx';
import { Line } from './card-parts.tsx';
import type { CardProps } from './card-props.ts';

export function NoteCard({ parameters }: CardProps) {
  const text = String(parameters['text']);
  return text === '' ? <Line>Write something in the inspector</Line> : <Prose text={text} />;
}
