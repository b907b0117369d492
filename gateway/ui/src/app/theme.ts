import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const dock: MantineColorsTuple = [
  "#e4f5f6",
  "#cfebed",
  "#a0d8dc",
  "#6ec3ca",
  "#47b0b9",
  "#2b9ca6",
  "#178590",
  "#0b6a75",
  "#075660",
  "#04424a",
];

const dark: MantineColorsTuple = [
  "#e6eaef",
  "#c3cad3",
  "#a2acb8",
  "#7d8794",
  "#36404c",
  "#26303a",
  "#1e252d",
  "#161b21",
  "#11161b",
  "#0e1216",
];

/** Colours, type and corners of every page. */
export const theme = createTheme({
  primaryColor: "dock",
  primaryShade: 7,
  colors: { dock, dark },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: "650" },
  // a dialog's head is no second banner of the page
  components: { Modal: { defaultProps: { attributes: { header: { role: "presentation" } } } } },
});

/** Quiet text that is still dark enough to read in both schemes. */
export const readableVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#545e6b",
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#161b22",
    "--mantine-color-placeholder": "#69727e",
    "--mantine-color-error": "#a8201f",
  },
  dark: {
    "--mantine-color-dimmed": "#a2acb8",
    "--mantine-color-body": "#161b21",
    "--mantine-color-text": "#e6eaef",
    "--mantine-color-default": "#1e252d",
    "--mantine-color-default-border": "#36404c",
    "--mantine-color-default-hover": "#26303a",
    "--mantine-color-placeholder": "#96a0ac",
    "--mantine-color-error": "#ff9b96",
  },
});
