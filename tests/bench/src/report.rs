//! docs/BENCHMARKS.md.

use crate::debugger::{self, Aim};
use crate::loading::Loading;
use crate::{calls, engines, text};
use std::fmt::Write;

/// The page of results, growing.
pub struct Report {
    text: String,
}

impl Report {
    pub fn new(machine: &[String]) -> Self {
        let mut text = String::from(
            "# Benchmarks\n\n\
             Written by `cargo xtask bench`: the release build in one headless Chromium, medians of several rounds.\n\
             Times are in milliseconds, on the machine below, with nothing else running.\n\n",
        );
        for line in machine {
            writeln!(text, "- {line}").expect("a string takes all that is written");
        }
        Self { text }
    }

    pub fn engines(&mut self, rows: &[engines::Row]) {
        self.line(
            "\n## Running\n\n\
             The page's interpreter is wasmi, compiled to WebAssembly, metered and cut into slices of about 10 ms.\n\
             *Native* is the same wasmi compiled for this machine and metered too; *unmetered* counts no fuel.\n\
             *First* is the first run after the page has warmed its interpreter up.\n\
             The aims: warm at most 1.4 times native, the first run at most 1.5 times a warm one.\n\n\
             | program | first | warm | native | unmetered | browser's own engine | warm / native | first / warm |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|",
        );
        for row in rows {
            self.line(&format!(
                "| {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {} | {} |",
                row.name,
                row.first,
                row.warm,
                row.native,
                row.unmetered,
                row.browser,
                ratio(row.warm / row.native, 1.4),
                ratio(row.first / row.warm, 1.5),
            ));
        }
        self.line(include_str!("why.md").trim_end());
    }

    pub fn debugger(&mut self, rows: &[debugger::Row]) {
        self.line(
            "\n## The debugger\n\n\
             The same programs under the debugger, from the request to the view of where the program stands.\n\
             A run is *recorded* so that any step of it can be gone back to.\n\
             *Painted* is measured in the page itself, from the click to the end of the frame that shows it.\n\n\
             | what | measured | aim |\n|---|--:|--:|",
        );
        for row in rows {
            let (is_met, word, aim) = match row.aim {
                Aim::AtLeast(aim) => (row.measured >= aim, "at least", aim),
                Aim::AtMost(aim) => (row.measured <= aim, "at most", aim),
            };
            let digits = if row.measured < 10.0 { 2 } else { 0 };
            let measured = format!("{:.digits$}", row.measured);
            let measured = if is_met { measured } else { format!("**{measured}**") };
            self.line(&format!("| {} | {measured} {} | {word} {aim} |", row.what, row.unit));
        }
    }

    pub fn text(&mut self, rows: &[text::Row]) {
        self.line(
            "\n## Text to binary\n\n\
             What the worker needs to compile and validate, against npm wabt in the same browser (parse, validate, write).\n\
             *Way* is what the messages to the worker and back take besides.\n\
             The aim: not slower at any size.\n\n\
             | text | page | way | wabt | wabt without validation | page / wabt |\n|--:|--:|--:|--:|--:|--:|",
        );
        for row in rows {
            self.line(&format!(
                "| {} KB | {:.1} | {:.1} | {:.1} | {:.1} | {} |",
                row.bytes / 1000,
                row.page,
                row.way,
                row.wabt,
                row.wabt_unvalidated,
                ratio(row.page / row.wabt, 1.0),
            ));
        }
    }

    pub fn calls(&mut self, rows: &[calls::Row]) {
        self.line(
            "\n## Files and output\n\n\
             The same Rust programs for wasm32-wasip1 in the page, interpreted, and on the browser's own engine with each of two \
             npm packages as their host.\n\
             The program times itself; its start is timed in the document, for all three in a worker of theirs, with the \
             messages there and back: the middle half of many, for a browser tells the time in tenths of a millisecond.\n\
             From its bytes, all must validate and compile them first; a page has done that when the program was opened.\n\
             Of the page's time from the bytes, some 0.3 ms are validation, itself WebAssembly (profiled once).\n\
             The aim: faster than the faster of the two.\n\
             A write through `File::write_all` is some 180 instructions of the program for one call to the host: there it is \
             mostly the interpreter that is measured.\n\n\
             | work | page | browser_wasi_shim | @runno/wasi | page / the faster |\n|---|--:|--:|--:|--:|",
        );
        for row in rows {
            self.line(&format!(
                "| {} | {} | {} | {} | {} |",
                row.name,
                patient(row.page),
                patient(row.shim),
                patient(row.runno),
                ratio(row.page / row.shim.min(row.runno), 1.0),
            ));
        }
    }

    pub fn growth(&mut self, rows: &[calls::Growth]) {
        self.line(
            "\n### What more of it costs\n\n\
             Both sides in one run; the file system alone natively, everything else in the page.\n\
             A program's many appends are 262,144 calls, each some hundred interpreted instructions, against 16 calls: what \
             they take beyond the file system is the interpreter's.\n\
             Lookups among many files wait for memory, and no person for one of them: each takes some microseconds, and in a \
             directory that had to be searched it would be a thousand times what it is among 100. Measured once natively, on a busy machine, the file system took ten times as \
             long for 100,000 names spread over 100,000 files as for those of 100 files, but 1.3 times where the same 100 names \
             were looked up in the directory of 100,000.\n\n\
             | work | time | against | time | ratio | at most |\n|---|--:|---|--:|--:|--:|",
        );
        for row in rows {
            self.line(&format!(
                "| {} | {:.1} | {} | {:.1} | {} | {} |",
                row.name,
                row.milliseconds,
                row.against,
                row.measure,
                ratio(row.milliseconds / row.measure, row.aim.unwrap_or(f64::INFINITY)),
                row.aim.map_or(String::new(), |aim| aim.to_string()),
            ));
        }
    }

    pub fn loading(&mut self, loading: &Loading) {
        self.line(
            "\n## Loading\n\n\
             A first visit with an empty cache, from a host on the same machine that compresses with gzip; Run is pressed as soon \
             as it is there.\n\
             The aims: at most 1 MB and 1.5 s.\n\n| | |\n|---|--:|",
        );
        self.line(&format!(
            "| needed for the first run, {} files, by gzip | {:.0} KB |",
            loading.files,
            loading.bytes as f64 / 1000.0
        ));
        self.line(&format!("| the same files compressed with brotli | {:.0} KB |", loading.brotli as f64 / 1000.0));
        let [gzip, brotli] = loading.rest.map(|bytes| bytes as f64 / 1000.0);
        self.line(&format!("| fetched behind it, gzip and brotli | {gzip:.0} and {brotli:.0} KB |"));
        self.line(&format!("| editor is there after | {:.0} ms |", loading.editor));
        self.line(&format!("| first run has finished after | {:.0} ms |", loading.finished));
    }

    pub fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A time, if it was waited for.
fn patient(milliseconds: f64) -> String {
    match milliseconds {
        short if short < 10.0 => format!("{short:.2}"),
        long if long.is_finite() => format!("{long:.1}"),
        _ => "more than 30 s".to_string(),
    }
}

/// A ratio, set in bold where it misses its aim.
fn ratio(value: f64, aim: f64) -> String {
    if value <= aim { format!("{value:.2}") } else { format!("**{value:.2}**") }
}
