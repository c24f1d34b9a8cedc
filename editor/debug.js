// What the debugger shows in the editor: the current position, values next to instructions, breakpoints.

import { EditorSelection, MapMode, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, ViewPlugin, WidgetType, closeHoverTooltips, gutter } from "@codemirror/view";
import { closePeek } from "./hover.js";

/** How many characters of an instruction or a line are scrolled into view. */
const MOST_IN_VIEW = 16;

const setMarks = StateEffect.define();
const setBreakpoints = StateEffect.define();

class Value extends WidgetType {
  constructor(text, earlier) {
    super();
    this.text = text;
    this.earlier = earlier;
  }

  eq(other) {
    return other.text === this.text && other.earlier === this.earlier;
  }

  toDOM() {
    const element = document.createElement("span");
    element.className = "cm-debug-value";
    element.textContent = this.text;
    element.title = this.earlier ? `${this.text}, in the turn of the loop before` : this.text;
    if (this.earlier) element.dataset.earlier = "true";
    return element;
  }
}

const marks = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    const set = transaction.effects.findLast((effect) => effect.is(setMarks));
    return set ? decorations(transaction.state.doc, set.value) : value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The start of the current instruction or the selected call, or null. */
const marked = StateField.define({
  create: () => null,
  update(at, transaction) {
    const set = transaction.effects.findLast((effect) => effect.is(setMarks));
    if (!set) return at === null ? null : transaction.changes.mapPos(at);
    const range = set.value.caller ?? set.value.current;
    return range ? Math.min(range[0], transaction.newDoc.length) : null;
  },
});

function decorations(doc, { current, caller, values }) {
  const ranges = [];
  const place = (range, name) => {
    const from = Math.min(range[0], doc.length);
    const to = Math.min(range[1], doc.length);
    ranges.push(Decoration.line({ class: `cm-debug-${name}-line` }).range(doc.lineAt(from).from));
    if (to > from) ranges.push(Decoration.mark({ class: `cm-debug-${name}` }).range(from, to));
  };
  if (caller) place(caller, "caller");
  if (current) place(current, "current");
  for (const { at, text, earlier } of values) {
    ranges.push(Decoration.widget({ widget: new Value(text, earlier), side: 1 }).range(Math.min(at, doc.length)));
  }
  return Decoration.set(ranges, true);
}

/** What the marks say that are not for a whole line. */
const TITLES = {
  instruction: "Stops at a single instruction",
  function: "Stops where this function is entered",
  import: "Stops at calls of this import",
};

class Breakpoint extends GutterMarker {
  constructor(kind) {
    super();
    this.kind = kind;
  }

  eq(other) {
    return other.kind === this.kind;
  }

  toDOM() {
    const element = document.createElement("span");
    element.className = "cm-breakpoint";
    element.dataset.kind = this.kind;
    if (TITLES[this.kind]) element.title = TITLES[this.kind];
    return element;
  }
}

/** All that is drawn, each with `at`, its place in the text: the start of a line, or an instruction. */
const breakpoints = StateField.define({
  create: () => [],
  update(value, transaction) {
    const set = transaction.effects.findLast((effect) => effect.is(setBreakpoints));
    if (set) return placed(transaction.state.doc, set.value);
    if (!transaction.docChanged) return value;
    return value.flatMap((drawn) => {
      const at = moved(transaction.changes, drawn);
      return at === null ? [] : [{ ...drawn, at }];
    });
  },
  provide: (field) => EditorView.decorations.compute([field], underlines),
});

/** Where an edit moves it; null where it takes away the end of the line before, or the instruction. */
function moved(changes, { at, column }) {
  return column ? changes.mapPos(at, 1, MapMode.TrackAfter) : changes.mapPos(at, -1, MapMode.TrackBefore);
}

function placed(doc, list) {
  const there = list.filter(({ line }) => line >= 1 && line <= doc.lines);
  return there.map((drawn) => {
    const line = doc.line(drawn.line);
    // A column counts characters, and a character may have two units.
    const before = [...line.text].slice(0, Math.max(drawn.column - 1, 0)).join("");
    return { ...drawn, at: line.from + before.length };
  });
}

function gutterMarks(state) {
  const ranges = state.field(breakpoints).map(({ at, kind }) => new Breakpoint(kind).range(state.doc.lineAt(at).from));
  return RangeSet.of(ranges, true);
}

/** Where there are several instructions on a line, the gutter does not tell which one it is. */
function underlines(state) {
  const ranges = state.field(breakpoints).flatMap(({ at, kind }) => {
    if (kind !== "instruction") return [];
    const rest = state.sliceDoc(at, state.doc.lineAt(at).to);
    const length = rest.match(/^[(]?[\w.]+/)?.[0].length ?? 0;
    return length ? [Decoration.mark({ class: "cm-breakpoint-instruction" }).range(at, at + length)] : [];
  });
  return Decoration.set(ranges, true);
}

/** `[id, line, column, …]` of all breakpoints; the column of those that are for a whole line is 0. */
function places(state) {
  return state.field(breakpoints).flatMap(({ id, at, column }) => {
    const line = state.doc.lineAt(at);
    return [id, line.number, column ? [...line.text.slice(0, at - line.from)].length + 1 : 0];
  });
}

/** A click in these gutters sets or removes a breakpoint. */
export function lineClicks(onBreakpoint) {
  return {
    mousedown(view, line, event) {
      if (event.button !== 0) return false;
      onBreakpoint(view.state.doc.lineAt(line.from).number);
      event.preventDefault();
      return true;
    },
  };
}

export function debugging({ onBreakpoint, onMoved }) {
  return [
    marks,
    marked,
    keepInView,
    breakpoints,
    gutter({
      class: "cm-breakpoint-gutter",
      markers: (view) => gutterMarks(view.state),
      initialSpacer: () => new Breakpoint("spacer"),
      domEventHandlers: lineClicks(onBreakpoint),
    }),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      const now = places(update.state);
      if (now.join() !== places(update.startState).join()) onMoved(new Uint32Array(now));
    }),
  ];
}

/** Marks the current position; see `WatEditor.setDebug`. */
export function showMarks(view, shown, reveal) {
  // The hover described the previous step.
  const effects = [setMarks.of(shown), closePeek, closeHoverTooltips];
  const at = reveal && (shown.caller ?? shown.current);
  if (at) {
    const [from, to] = at.map((place) => Math.min(place, view.state.doc.length));
    // Show the whole instruction, but scroll sideways no further than necessary, because the start of a line matters
    // more. An earlier step may have needed more scrolling.
    view.scrollDOM.scrollLeft = 0;
    // For a long instruction, its beginning.
    const end = Math.min(to, from + MOST_IN_VIEW);
    effects.push(intoView(view, EditorSelection.range(end, from)));
  }
  view.dispatch({ effects });
}

/** Brings a place into view with some lines around it, as far as there is room for them. */
function intoView(view, place) {
  const yMargin = Math.min(80, view.scrollDOM.clientHeight / 4);
  return EditorView.scrollIntoView(place, { y: "nearest", yMargin, x: "nearest" });
}

/** Keeps the current position in view, if it was, when other panels change the editor's height. */
const keepInView = ViewPlugin.define((view) => {
  let height = view.scrollDOM.clientHeight;
  const observer = new ResizeObserver(() => {
    const before = height;
    height = view.scrollDOM.clientHeight;
    const at = view.state.field(marked);
    if (at === null || height === 0 || height === before) return;
    const { top, bottom } = view.lineBlockAt(at);
    const { scrollTop } = view.scrollDOM;
    // Not if the user has scrolled elsewhere; a panel that was not shown had no height.
    const wasSeen = before === 0 || (bottom > scrollTop && top < scrollTop + before);
    if (wasSeen) view.dispatch({ effects: intoView(view, EditorSelection.cursor(at)) });
  });
  observer.observe(view.scrollDOM);
  return { destroy: () => observer.disconnect() };
});

export function showBreakpoints(view, list) {
  view.dispatch({ effects: setBreakpoints.of(list) });
}
