// The text editor: CodeMirror 6 behind the few verbs that the page needs.
//
// Everything about CodeMirror stays in this folder; `src/ui/platform/editor.rs` is the other side of the interface.
// Positions are UTF-16 code units, as CodeMirror and JavaScript count them, with one for each line ending, even `\r
// `: `src/ui/selectors/offsets.rs` counts the same way.

import { EditorState, Compartment, Text } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { setDiagnostics } from "@codemirror/lint";
import { showBreakpoints, showMarks } from "./debug.js";
import { extensions, languageExtensions } from "./extensions.js";
import { wrappingExtensions } from "./wrapping.js";

/** Nothing is being debugged. */
const NO_MARKS = { current: null, caller: null, values: [] };

/** What ends a line. A `\r` on its own does not: nothing else that counts lines has it end one. */
const LINE_ENDING = /\r?\n/;

/**
 * Puts an editor into `parent`.
 *
 * `onChange()` is called after the user changed the text (never for `setText`), `onRun()` on Mod-Enter,
 * `onLeave()` on an Escape that nothing inside the editor wanted, `onCursor(line, column)` when the cursor moved,
 * `onBreakpoint(line)` on a click beside a line, `onMoved([id, line, column, …])` with all breakpoints when an edit moved
 * some,
 * `onPoint(at, name, answer)` when the user points at a place, perhaps a name: call `answer` with null or
 * `{ title, value, type, notes, from, to }`, of which all but title and notes may be missing.
 */
export function createEditor(parent, text, onChange, onRun, onLeave, onCursor, onBreakpoint, onMoved, onPoint) {
  return new WatEditor(parent, text, { onChange, onRun, onLeave, onCursor, onBreakpoint, onMoved, onPoint });
}

class WatEditor {
  constructor(parent, text, callbacks) {
    this.callbacks = callbacks;
    this.readOnly = new Compartment();
    this.language = new Compartment();
    this.wrapping = new Compartment();
    this.isWrapped = false;
    this.isReadOnly = false;
    this.languageName = "wat";
    this.breakpoints = [];
    this.marks = NO_MARKS;
    this.view = new EditorView({ state: this.newState(text), parent });
  }

  newState(text) {
    return EditorState.create({
      doc: Text.of(text.split(LINE_ENDING)),
      extensions: [
        extensions(this.callbacks),
        this.language.of(languageExtensions(this.languageName)),
        this.readOnly.of(readOnlyExtensions(this.isReadOnly)),
        this.wrapping.of(wrappingExtensions(this.isWrapped)),
      ],
    });
  }

  /** The whole text, lines ended by `\n`. */
  text() {
    return this.view.state.doc.toString();
  }

  /** Shows another text, in the language "wat" or "source". What could be undone in the one before is forgotten: it belongs to another file. */
  setText(text, readOnly, language) {
    this.isReadOnly = readOnly;
    this.languageName = language;
    this.view.setState(this.newState(text));
    // The text before may have been scrolled sideways along a long line.
    this.view.scrollDOM.scrollTo(0, 0);
    showBreakpoints(this.view, this.breakpoints);
    showMarks(this.view, this.marks, false);
    this.callbacks.onCursor(1, 1);
  }

  /** Breaks lines that are longer than the editor is wide, or lets them scroll sideways. */
  setWrapping(isWrapped) {
    this.isWrapped = isWrapped;
    this.view.dispatch({ effects: this.wrapping.reconfigure(wrappingExtensions(isWrapped)) });
  }

  /** Draws breakpoints: an array of `{ id, line, column, kind }`; the column is 0 for one of a whole line. */
  setBreakpoints(list) {
    this.breakpoints = list;
    showBreakpoints(this.view, list);
  }

  /**
   * Shows where a program stands, or nothing for `null`: `{ current, caller, values }`, where the first two are
   * `[from, to]` or null (the next instruction, the selected call) and values are `{ at, text }`.
   */
  setDebug(marks) {
    this.marks = marks ?? NO_MARKS;
    showMarks(this.view, this.marks, true);
  }

  /** The line number of the cursor. */
  line() {
    const { doc, selection } = this.view.state;
    return doc.lineAt(selection.main.head).number;
  }

  /** Underlines `problems`: an array of `{ from, to, severity, message }`. */
  setProblems(problems) {
    const { state } = this.view;
    const diagnostics = problems.map(({ from, to, severity, message }) => {
      const start = Math.min(from, state.doc.length);
      return { from: start, to: Math.min(Math.max(to, start), state.doc.length), severity, message };
    });
    this.view.dispatch(setDiagnostics(state, diagnostics));
  }

  /** Selects a range, brings it to the middle of the view and puts the cursor there. */
  reveal(from, to) {
    const length = this.view.state.doc.length;
    const anchor = Math.min(from, length);
    this.view.dispatch({
      selection: { anchor, head: Math.min(to, length) },
      effects: EditorView.scrollIntoView(anchor, { y: "center" }),
    });
    this.view.focus();
  }

  focus() {
    this.view.focus();
  }

  destroy() {
    this.view.destroy();
  }
}

function readOnlyExtensions(readOnly) {
  // The text stays focusable when it is read-only, so that it can be read, searched and copied by keyboard.
  return readOnly ? [EditorState.readOnly.of(true), EditorView.contentAttributes.of({ "aria-readonly": "true" })] : [];
}
