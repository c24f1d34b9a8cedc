// The CodeMirror extensions that the editor consists of, and its key bindings.

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
import { debugHover, inSource } from "./hover.js";
import { theme } from "./theme.js";

/**
 * What CodeMirror does not mark itself: other spaces than that of ASCII, the rest of the controls that change the order of
 * text, and letters without a shape. Joiners and variation selectors stay: emoji are made of them.
 */
const UNSEEN =
  /[\u00a0\u034f\u115f\u1160\u1680\u180e\u2000-\u200a\u200c\u202a-\u202c\u202f\u205f-\u2064\u2068\u206a-\u206f\u2800\u3000\u3164\uffa0]/;

/** A mark for a character that cannot be seen, with its code point. */
function unseen(code, description, placeholder) {
  const mark = document.createElement("span");
  const point = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = description?.replace(/^Control character /, "") ?? "";
  mark.className = "cm-specialChar";
  mark.textContent = placeholder;
  mark.title = name && !name.startsWith("0x") ? `${point} ${name}` : point;
  mark.setAttribute("aria-label", mark.title);
  return mark;
}

export function extensions({ onChange, onRun, onLeave, onCursor, onBreakpoint, onMoved, onPoint }) {
  const run = () => {
    onRun();
    return true;
  };
  const leave = (view) => {
    // The first Escape drops a multiple selection, the next one leaves.
    if (view.state.selection.ranges.length > 1) return false;
    onLeave();
    return true;
  };
  return [
    // Its Escape comes before the one that leaves the editor.
    debugHover({ onPoint }),
    debugging({ onBreakpoint, onMoved }),
    lineNumbers({ domEventHandlers: lineClicks(onBreakpoint) }),
    highlightActiveLineGutter(),
    highlightSpecialChars({ addSpecialChars: UNSEEN, render: unseen }),
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
      // Even if the text is read-only, so that the keyboard can scroll it.
      tabindex: "0",
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
