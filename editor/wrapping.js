// Long lines: wrapped, with the rest of a line below its own indentation, or left to scroll sideways.

import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";

/** The deepest indentation, in characters, that the rest of a line is moved by: behind it there has to be room. */
const DEEPEST = 24;

/** How far the rest of a wrapped line is moved, by its indentation. */
const indented = Array.from({ length: DEEPEST + 1 }, (_, width) =>
  Decoration.line({ attributes: { style: `padding-left: calc(${width + 2}ch + var(--space-2)); text-indent: -${width + 2}ch` } }),
);

function indentation(text, tabSize) {
  let width = 0;
  for (const character of text) {
    if (character === " ") width += 1;
    else if (character === "\t") width += tabSize - (width % tabSize);
    else break;
  }
  return Math.min(width, DEEPEST);
}

function decorations({ state, visibleRanges }) {
  const builder = new RangeSetBuilder();
  for (const { from, to } of visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = state.doc.lineAt(at);
      // What a line begins with is enough: it may be a megabyte long.
      builder.add(line.from, line.from, indented[indentation(line.text.slice(0, DEEPEST), state.tabSize)]);
      at = line.to + 1;
    }
  }
  return builder.finish();
}

const hangingIndent = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = decorations(view);
    }

    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorations(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export function wrappingExtensions(isWrapped) {
  return isWrapped ? [EditorView.lineWrapping, hangingIndent] : [];
}
