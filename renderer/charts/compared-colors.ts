/** Colours of the runs that are compared, in the order they were chosen: of Okabe and Ito, apart from the run's own. */
const colors = ['#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a6d00'];

export function comparedColor(index: number): string {
  return colors[index % colors.length] as string;
}
