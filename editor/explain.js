// What the program has at a place in the text: shown to who points there, and, at a key, for the cursor's place.

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
  const said = await new Promise((resolve) => onPoint(at, name?.word, resolve));
  if (!said) return null;
  return { ...said, from: said.from ?? name?.from ?? at, to: said.to ?? name?.to ?? at };
}

function dom({ title, value, type, notes }) {
  const box = document.createElement("div");
  box.className = "cm-explanation";
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
    line.className = "cm-explanation-note";
    line.textContent = note;
    box.append(line);
  }
  return box;
}

function tooltip(said) {
  return { pos: said.from, end: said.to, above: true, create: () => ({ dom: dom(said) }) };
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
    // It is about the cursor's place and this moment.
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (field) => showTooltip.from(field),
});

/** Closes what a key has opened; false where nothing was open. */
function close(view) {
  if (!view.state.field(peek)) return false;
  view.dispatch({ effects: setPeek.of(null) });
  return true;
}

/** Takes away what was said of a moment that is over. */
export const forgetPeek = setPeek.of(null);

export function explaining({ onPoint }) {
  const open = (view) => {
    const { doc, selection } = view.state;
    ask(onPoint, view.state, selection.main.head).then((said) => {
      if (view.state.doc !== doc || !view.state.selection.eq(selection)) return;
      const spoken = said ? sentence(said) : "Nothing to describe here: debug the program, and put the cursor on a name";
      const effects = [setPeek.of(said && tooltip(said)), EditorView.announce.of(spoken)];
      view.dispatch({ effects });
    });
    return true;
  };
  return [
    peek,
    hoverTooltip(async (view, at) => {
      const said = await ask(onPoint, view.state, at);
      return said && tooltip(said);
    }),
    keymap.of([
      { key: "Shift-F9", run: open },
      { key: "Escape", run: close },
    ]),
  ];
}
