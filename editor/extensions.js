// Which parts of CodeMirror the editor is made of, and what its keys do.

import { EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { StreamLanguage, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { lintGutter, nextDiagnostic } from "@codemirror/lint";
import { wast } from "@codemirror/lang-wast";
import { rust } from "@codemirror/legacy-modes/mode/rust";
import { debugging, lineClicks } from "./debug.js";
import { explaining, inSource } from "./explain.js";
import { theme } from "./theme.js";

export function extensions({ onChange, onRun, onLeave, onCursor, onBreakpoint, onMoved, onPoint }) {
  const run = () => {
    onRun();
    return true;
  };
  const leave = (view) => {
    // The first Escape gives up a selection of several places, the next one leaves.
    if (view.state.selection.ranges.length > 1) return false;
    onLeave();
    return true;
  };
  return [
    // Its Escape comes before the one that leaves the editor.
    explaining({ onPoint }),
    debugging({ onBreakpoint, onMoved }),
    lineNumbers({ domEventHandlers: lineClicks(onBreakpoint) }),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    foldGutter(),
    drawSelection(),
    EditorState.allowMultipleSelections.of(true),
    EditorState.tabSize.of(2),
    indentUnit.of("  "),
    indentOnInput(),
    bracketMatching({ maxScanDistance: 20_000 }),
    closeBrackets(),
    highlightActiveLine(),
    highlightSelectionMatches({ minSelectionLength: 2 }),
    search({ top: true }),
    lintGutter(),
    theme,
    EditorView.contentAttributes.of({
      "aria-describedby": "editor-keys",
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
    }),
    keymap.of([
      { key: "Mod-Enter", run },
      // The search panel wants Escape before the editor is left.
      ...searchKeymap,
      { key: "Escape", run: leave },
      { key: "F8", run: nextDiagnostic },
      ...closeBracketsKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
      indentWithTab,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange();
      if (update.docChanged || update.selectionSet) {
        const head = update.state.selection.main.head;
        const line = update.state.doc.lineAt(head);
        onCursor(line.number, head - line.from + 1);
      }
    }),
  ];
}

const source = StreamLanguage.define(rust);

/** How a text is coloured and called: the program's own, or a source that it was compiled from. */
export function languageExtensions(name) {
  const isSource = name === "source";
  return [
    isSource ? source : wast(),
    inSource.of(isSource),
    EditorView.contentAttributes.of({ "aria-label": isSource ? "Source" : "WebAssembly text" }),
  ];
}
