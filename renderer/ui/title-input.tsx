interface Props {
  readonly title: string;
  readonly className?: string | undefined;
  /** Hears the new title, or undefined when the person changed their mind. */
  readonly onFinish: (title: string | undefined) => void;
}

/** A title being typed: Enter or leaving it keeps it, Escape does not. */
export function TitleInput({ title, className, onFinish }: Props) {
  return (
    <input
      className={className}
      autoFocus
      aria-label="Title"
      defaultValue={title}
      onFocus={(event) => event.target.select()}
      onBlur={(event) => onFinish(event.target.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') onFinish(event.currentTarget.value);
        if (event.key === 'Escape') onFinish(undefined);
      }}
    />
  );
}
