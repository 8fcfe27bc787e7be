/** How an exported model is used elsewhere, for a person to copy. */
import { javascript } from '#renderer/panels/results/snippets/javascript.ts';
import { python } from '#renderer/panels/results/snippets/python.ts';

export interface Snippet {
  readonly name: string;
  /** What has to be installed. */
  readonly needs: string;
  /** A whole program, which takes pictures as arguments. @param file name of the model's file */
  readonly code: (file: string) => string;
}

export const snippets: readonly Snippet[] = [
  { name: 'Python', needs: 'pip install onnxruntime pillow numpy', code: python },
  { name: 'JavaScript', needs: 'npm install onnxruntime-node sharp', code: javascript },
];
