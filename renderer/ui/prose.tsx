import { Fragment, type ReactNode } from 'react';
import classes from './prose.module.css';

const inline = /(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)/u;

function spans(text: string): ReactNode[] {
  return text.split(inline).map((part, index) => {
    if (part.startsWith('**')) return <strong key={index}>{part.slice(2, -2)}</strong>;
    if (part.startsWith('`')) return <code key={index}>{part.slice(1, -1)}</code>;
    if (part.startsWith('*') && part.length > 2) return <em key={index}>{part.slice(1, -1)}</em>;
    return <Fragment key={index}>{part}</Fragment>;
  });
}

function block(text: string, key: number): ReactNode {
  const lines = text.split('\n');
  const heading = /^#{1,3} (.*)/u.exec(text);
  if (heading) return <h4 key={key}>{spans(heading[1] ?? '')}</h4>;
  if (lines.every((line) => /^[-*] /u.test(line))) {
    return (
      <ul key={key}>
        {lines.map((line, index) => (
          <li key={index}>{spans(line.slice(2))}</li>
        ))}
      </ul>
    );
  }
  return <p key={key}>{spans(text)}</p>;
}

/** Help texts and notes: paragraphs, headings, lists, emphasis and code, the part of Markdown they use. */
export function Prose({ text }: { readonly text: string }) {
  const blocks = text.split(/\n{2,}/u).filter((part) => part.trim() !== '');
  return <div className={classes['prose']}>{blocks.map((part, index) => block(part.trim(), index))}</div>;
}
