/** What every card is given. */
export interface CardProps {
  readonly id: string;
  /** With defaults filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
}
