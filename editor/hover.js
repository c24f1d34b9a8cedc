// The debugger's hover: what the program has at a place in the text, under the pointer or, on a key, at the cursor.

import { Facet, StateEffect, StateField } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap, showTooltip } from "@codemirror/view";

const setPeek = StateEffect.define();

/** A name with `$`, as the text format writes it. */
const NAME = /\$[^\s()";,[\]{}]+/g;

/** A name as the sources have them that programs are compiled from. */
const IDENTIFIER = /[\p{L}_][\p{L}\p{N}_]*/gu;

/** Whether the text is a source that the program was compiled from. */
export const inSource = Facet.define({ combine: (values) => values.includes(true) });

/** The name at a place: `{ from, to, word }`, or nothing. */
function nameAt(state, at) {
  const line = state.doc.lineAt(at);
  const isSource = state.facet(inSource);
  for (const { index, 0: name } of line.text.matchAll(isSource ? IDENTIFIER : NAME)) {
    const from = line.from + index;
    const word = isSource ? name : name.slice(1);
    if (from <= at && at <= from + name.length) return { from, to: from + name.length, word };
  }
  return null;
}

/** Asks the page: `{ from, to, title, value, type, notes }` or null. */
async function ask(onPoint, state, at) {
  const name = nameAt(state, at);
  const hover = await new Promise((resolve) => onPoint(at, name?.word, resolve));
  if (!hover) return null;
  return { ...hover, from: hover.from ?? name?.from ?? at, to: hover.to ?? name?.to ?? at };
}

function dom({ title, value, type, notes }) {
  const box = document.createElement("div");
  box.className = "cm-debug-hover";
  const head = document.createElement("p");
  const name = document.createElement("span");
  name.textContent = title;
  head.append(name);
  if (value !== undefined) {
    const shown = document.createElement("strong");
    shown.textContent = value;
    const kind = document.createElement("code");
    kind.textContent = type;
    head.append(" ", shown, " ", kind);
  }
  box.append(head);
  for (const note of notes) {
    const line = document.createElement("p");
    line.className = "cm-debug-hover-note";
    line.textContent = note;
    box.append(line);
  }
  return box;
}

function tooltip(hover) {
  return { pos: hover.from, end: hover.to, above: true, create: () => ({ dom: dom(hover) }) };
}

function sentence({ title, value, type, notes }) {
  const worth = value === undefined ? title : `${title}: ${value}, ${type}`;
  return [worth, ...notes].join("; ");
}

const peek = StateField.define({
  create: () => null,
  update(value, transaction) {
    const set = transaction.effects.findLast((effect) => effect.is(setPeek));
    if (set) return set.value;
    // It describes the cursor's place at the current step.
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (field) => showTooltip.from(field),
});

/** Closes a hover opened with a key; returns false if there was none. */
function close(view) {
  if (!view.state.field(peek)) return false;
  view.dispatch({ effects: setPeek.of(null) });
  return true;
}

/** Closes a hover that describes an earlier step. */
export const closePeek = setPeek.of(null);

export function debugHover({ onPoint }) {
  const open = (view) => {
    const { doc, selection } = view.state;
    ask(onPoint, view.state, selection.main.head).then((hover) => {
      if (view.state.doc !== doc || !view.state.selection.eq(selection)) return;
      const spoken = hover ? sentence(hover) : "Nothing to describe here: debug the program, and put the cursor on a name";
      const effects = [setPeek.of(hover && tooltip(hover)), EditorView.announce.of(spoken)];
      view.dispatch({ effects });
    });
    return true;
  };
  return [
    peek,
    hoverTooltip(async (view, at) => {
      const hover = await ask(onPoint, view.state, at);
      return hover && tooltip(hover);
    }),
    keymap.of([
      { key: "Shift-F9", run: open },
      { key: "Escape", run: close },
    ]),
  ];
}
