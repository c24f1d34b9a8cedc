// What the debugger shows in the editor: where the program stands, values beside instructions, breakpoints.

import { EditorSelection, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, GutterMarker, WidgetType, closeHoverTooltips, gutter } from "@codemirror/view";
import { forgetPeek } from "./explain.js";

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

class Breakpoint extends GutterMarker {
  constructor(id, kind) {
    super();
    this.id = id;
    this.kind = kind;
  }

  eq(other) {
    return other.id === this.id && other.kind === this.kind;
  }

  toDOM() {
    const element = document.createElement("span");
    element.className = "cm-breakpoint";
    element.dataset.kind = this.kind;
    return element;
  }
}

const breakpoints = StateField.define({
  create: () => RangeSet.empty,
  update(value, transaction) {
    const set = transaction.effects.findLast((effect) => effect.is(setBreakpoints));
    return set ? markers(transaction.state.doc, set.value) : value.map(transaction.changes);
  },
});

function markers(doc, list) {
  const there = list.filter(({ line }) => line >= 1 && line <= doc.lines);
  const ranges = there.map(({ id, line, kind }) => new Breakpoint(id, kind).range(doc.line(line).from));
  return RangeSet.of(ranges, true);
}

/** `[id, line, id, line, …]` of all breakpoints. */
function places(state) {
  const found = [];
  state.field(breakpoints).between(0, state.doc.length, (from, _to, marker) => {
    found.push(marker.id, state.doc.lineAt(from).number);
  });
  return found;
}

/** A click in these gutters sets a breakpoint or takes it away. */
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
    breakpoints,
    gutter({
      class: "cm-breakpoint-gutter",
      markers: (view) => view.state.field(breakpoints),
      initialSpacer: () => new Breakpoint(0, "spacer"),
      domEventHandlers: lineClicks(onBreakpoint),
    }),
    EditorView.updateListener.of((update) => {
      if (!update.docChanged) return;
      const now = places(update.state);
      if (now.join() !== places(update.startState).join()) onMoved(new Uint32Array(now));
    }),
  ];
}

/** Marks where the program stands; see `WatEditor.setDebug`. */
export function showMarks(view, shown, reveal) {
  // What is shown of a value was about the moment before.
  const effects = [setMarks.of(shown), forgetPeek, closeHoverTooltips];
  const at = reveal && (shown.caller ?? shown.current);
  if (at) {
    const [from, to] = at.map((place) => Math.min(place, view.state.doc.length));
    // All of the instruction; sideways no further than is needed, because the lines' beginnings tell more. A step before
    // may have needed more than this one.
    view.scrollDOM.scrollLeft = 0;
    const margins = { y: "nearest", yMargin: 80, x: "nearest" };
    effects.push(EditorView.scrollIntoView(EditorSelection.range(to, from), margins));
  }
  view.dispatch({ effects });
}

export function showBreakpoints(view, list) {
  view.dispatch({ effects: setBreakpoints.of(list) });
}
