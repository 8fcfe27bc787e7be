import {
  Button,
  createTheme,
  type CSSVariablesResolver,
  Kbd,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  TextInput,
  Tooltip,
} from '@mantine/core';

/** Mantine wants ten shades; the sixth is the accent on light, the fifth on dark surfaces. */
const blue = [
  '#eef4ff',
  '#dbe7fe',
  '#bed3fd',
  '#93b5fb',
  '#6ea0ff',
  '#4a83f5',
  '#2563eb',
  '#1d55d0',
  '#1a48ab',
  '#173c8c',
] as const;

/** Surfaces of the dark theme, tinted like the tokens; the first is text. */
const dark = [
  '#e9ebf0',
  '#c3c8d4',
  '#9da4b4',
  '#6b7282',
  '#363b47',
  '#2b2f39',
  '#1e2129',
  '#1a1d24',
  '#131519',
  '#0e1013',
] as const;

/** Components take their neutrals from the tokens, so that both draw the same hairlines. */
export const cssVariables: CSSVariablesResolver = () => {
  const both = {
    '--mantine-color-body': 'var(--graft-surface)',
    '--mantine-color-text': 'var(--graft-text)',
    '--mantine-color-dimmed': 'var(--graft-dim)',
    '--mantine-color-placeholder': 'var(--graft-dim)',
    '--mantine-color-error': 'var(--graft-bad)',
    '--mantine-color-default-border': 'var(--graft-line-strong)',
  };
  return { variables: {}, light: both, dark: both };
};

export const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  headings: { fontWeight: '650' },
  colors: { blue, dark },
  primaryColor: 'blue',
  primaryShade: { light: 6, dark: 6 },
  defaultRadius: 8,
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  fontSizes: { xs: '11px', sm: '12px', md: '13px', lg: '15px', xl: '18px' },
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    Kbd: Kbd.extend({ defaultProps: { size: 'xs' } }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    NumberInput: NumberInput.extend({ defaultProps: { size: 'xs' } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: 'xs' } }),
    Select: Select.extend({ defaultProps: { size: 'xs' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'xs' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true, fz: 'xs' } }),
  },
});
