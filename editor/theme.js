// How the editor looks. Colours are the page's tokens, so light and dark need nothing here.

import { EditorView } from "@codemirror/view";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const CROSS =
  "polygon(20% 0, 50% 30%, 80% 0, 100% 20%, 70% 50%, 100% 80%, 80% 100%, 50% 70%, 20% 100%, 0 80%, 30% 50%, 0 20%)";
const TRIANGLE = "polygon(50% 0, 100% 100%, 0 100%)";

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--color-text)", backgroundColor: "var(--color-editor)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono)",
    fontSize: "var(--size-code)",
    lineHeight: "1.6",
    overscrollBehavior: "contain",
  },
  ".cm-content": { padding: "var(--space-3) 0", caretColor: "var(--color-accent)" },
  ".cm-line": { padding: "0 var(--space-4) 0 var(--space-2)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--color-accent)", borderLeftWidth: "2px" },
  ".cm-gutters": { color: "var(--color-text-faint)", backgroundColor: "var(--color-editor)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 var(--space-2) 0 var(--space-3)", minWidth: "2.5em" },
  ".cm-activeLine": { backgroundColor: "var(--color-active-line)" },
  ".cm-activeLineGutter": { color: "var(--color-text)", backgroundColor: "var(--color-active-line)" },
  ".cm-breakpoint-gutter": { width: "1.1em", cursor: "pointer" },
  ".cm-breakpoint-gutter .cm-gutterElement": { display: "flex", alignItems: "center", justifyContent: "center" },
  ".cm-breakpoint-gutter .cm-gutterElement:empty:hover::before": {
    content: '""',
    width: "0.65em",
    height: "0.65em",
    border: "1.5px solid var(--color-error)",
    borderRadius: "50%",
  },
  ".cm-lineNumbers": { cursor: "pointer" },
  ".cm-breakpoint": {
    width: "0.7em",
    height: "0.7em",
    borderRadius: "50%",
    backgroundColor: "var(--color-error)",
  },
  // Other kinds also differ in shape: a ring for a condition, a diamond for a message, hollow if it cannot stop.
  '.cm-breakpoint[data-kind="conditional"]': {
    backgroundColor: "transparent",
    border: "0.2em solid var(--color-error)",
  },
  '.cm-breakpoint[data-kind="log"]': { borderRadius: "1px", transform: "rotate(45deg) scale(0.85)" },
  '.cm-breakpoint[data-kind="none"]': {
    backgroundColor: "transparent",
    border: "1.5px dashed var(--color-error)",
  },
  // What is not for a whole line points to what it is for: a bar for an instruction, triangles for functions, a square
  // for calls that leave the module.
  '.cm-breakpoint[data-kind="instruction"]': { width: "0.3em", height: "0.85em", borderRadius: "1px" },
  '.cm-breakpoint[data-kind="function"]': { borderRadius: "0", clipPath: "polygon(0 0, 100% 50%, 0 100%)" },
  '.cm-breakpoint[data-kind="import"]': { borderRadius: "1px" },
  ".cm-breakpoint-instruction": {
    textDecoration: "underline 2px var(--color-error)",
    textUnderlineOffset: "3px",
  },
  '.cm-breakpoint[data-kind="spacer"]': { visibility: "hidden" },
  ".cm-debug-current-line": { backgroundColor: "var(--color-debug-line) !important" },
  ".cm-debug-current": {
    // The edge is below the underscores of a name.
    padding: "0 0 0.15em",
    borderRadius: "3px",
    backgroundColor: "var(--color-debug-mark)",
    boxShadow: "0 0 0 1.5px var(--color-debug-edge)",
  },
  ".cm-debug-caller-line": { backgroundColor: "var(--color-accent-tint) !important" },
  ".cm-debug-caller": { padding: "0 0 0.15em", borderRadius: "3px", boxShadow: "0 0 0 1.5px var(--color-accent)" },
  // What is drawn within a wrapped line does not have its hanging indent (`wrapping.js`).
  ".cm-line > *": { textIndent: "0" },
  ".cm-debug-value": {
    display: "inline-block",
    maxWidth: "18ch",
    margin: "0 0.15em 0 0.35em",
    padding: "0 0.4em",
    borderRadius: "3px",
    color: "var(--color-debug-value)",
    backgroundColor: "var(--color-debug-value-tint)",
    fontSize: "0.8em",
    lineHeight: "1.45",
    verticalAlign: "baseline",
    whiteSpace: "nowrap",
    overflow: "hidden",
    textOverflow: "ellipsis",
    userSelect: "none",
  },
  // Values from an earlier iteration of a loop also differ in shape: no background, a dotted edge.
  '.cm-debug-value[data-earlier="true"]': {
    outline: "1px dotted var(--color-border-strong)",
    outlineOffset: "-1px",
    color: "var(--color-text-faint)",
    backgroundColor: "transparent",
  },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--color-selection) !important",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--color-match)" },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--color-match)",
    outline: "1px solid var(--color-border-strong)",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", color: "var(--color-error)" },
  ".cm-foldPlaceholder": {
    color: "var(--color-text-muted)",
    backgroundColor: "var(--color-raised)",
    border: "1px solid var(--color-border)",
  },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--color-error) 1.5px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--color-warning) 1.5px" },
  ".cm-gutter-lint": { width: "1.1em" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0.25em 0.1em" },
  ".cm-lint-marker": { width: "0.75em", height: "0.75em" },
  // A cross and a triangle: breakpoints are round, and must not differ from these only in colour.
  ".cm-lint-marker-error": { content: "none", clipPath: CROSS, backgroundColor: "var(--color-error)" },
  ".cm-lint-marker-warning": { content: "none", clipPath: TRIANGLE, backgroundColor: "var(--color-warning)" },
  ".cm-tooltip": {
    color: "var(--color-text)",
    backgroundColor: "var(--color-raised)",
    border: "1px solid var(--color-border-strong)",
    borderRadius: "var(--radius)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-debug-hover": { padding: "var(--space-1) var(--space-2)", maxWidth: "60ch", fontSize: "var(--size-small)" },
  ".cm-debug-hover p": { margin: "0", overflowWrap: "anywhere" },
  ".cm-debug-hover span, .cm-debug-hover strong, .cm-debug-hover code": { fontFamily: "var(--font-mono)" },
  ".cm-debug-hover strong": { color: "var(--color-debug-value)" },
  ".cm-debug-hover code": { color: "var(--code-type)" },
  ".cm-debug-hover-note": { color: "var(--color-text-muted)" },
  ".cm-diagnostic": { padding: "var(--space-2) var(--space-3)", maxWidth: "70ch", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--color-error)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--color-warning)" },
  ".cm-panels": { color: "var(--color-text)", backgroundColor: "var(--color-raised)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--color-border)" },
  ".cm-panel.cm-search": { padding: "var(--space-2) var(--space-3)", fontFamily: "var(--font-ui)" },
  ".cm-panel.cm-search input, .cm-panel.cm-search button, .cm-panel.cm-search label": {
    fontSize: "var(--size-small)",
  },
  ".cm-textfield": {
    color: "var(--color-text)",
    backgroundColor: "var(--color-editor)",
    border: "1px solid var(--color-border-strong)",
    borderRadius: "var(--radius-small)",
  },
  ".cm-button": {
    color: "var(--color-text)",
    backgroundColor: "var(--color-surface)",
    backgroundImage: "none",
    border: "1px solid var(--color-border-strong)",
    borderRadius: "var(--radius-small)",
  },
  ".cm-searchMatch": { backgroundColor: "var(--color-match)", outline: "1px solid var(--color-border-strong)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--color-match-current)" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)" },
  { tag: tags.typeName, color: "var(--code-type)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: tags.variableName, color: "var(--code-name)" },
  { tag: [tags.lineComment, tags.blockComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.paren, color: "var(--code-paren)" },
]);

export const theme = [look, syntaxHighlighting(colours)];
