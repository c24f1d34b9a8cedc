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
             The page's interpreter is wasmi, compiled to WebAssembly, with fuel metering, and cut into slices of \
             about 8 ms.\n\
             *Native* is the same wasmi compiled for this machine, with fuel metering too; *unmetered* is without it.\n\
             *First* is the first run after the page has warmed up its interpreter.\n\
             Targets: warm at most 1.4 times native, the first run at most 1.5 times a warm one.\n\n\
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
        self.line(
            "\n### On the browser's own engine\n\n\
             The instrumented copy, which the page can pause and look into, compiled by the browser. *First* is the first run \
             in a worker, *warm* a later one; *recorded* is a run with checkpoints, from the request to the view of its end.\n\
             Targets: warm at most 0.5 times native, the first run at most 3 times a warm one, recorded at least 1,000 million \
             steps a second.\n\n\
             | program | first | warm | native wasmi | original on the browser's engine | warm / native | first / warm | \
             recorded, million steps/s |\n|---|--:|--:|--:|--:|--:|--:|--:|",
        );
        for row in rows {
            let recorded = format!("{:.0}", row.recorded);
            let recorded = if row.recorded >= 1000.0 { recorded } else { format!("**{recorded}**") };
            self.line(&format!(
                "| {} | {:.1} | {:.1} | {:.1} | {:.1} | {} | {} | {recorded} |",
                row.name,
                row.copy_first,
                row.copy,
                row.native,
                row.browser,
                ratio(row.copy / row.native, 0.5),
                ratio(row.copy_first / row.copy, 3.0),
            ));
        }
    }

    pub fn debugger(&mut self, rows: &[debugger::Row]) {
        self.line(
            "\n## The debugger\n\n\
             The same programs under the debugger, from the request to the view of the current step.\n\
             A *recorded* run can go back to any of its steps.\n\
             *Painted* is measured in the page itself, from the click to the end of the frame that shows it.\n\n\
             | what | measured | target |\n|---|--:|--:|",
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
             *Messages* is the additional time that the messages to the worker and back take.\n\
             Target: not slower at any size.\n\n\
             | text | page | messages | wabt | wabt without validation | page / wabt |\n|--:|--:|--:|--:|--:|--:|",
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
             The program times itself; its start is timed in the document, including the messages to its worker and \
             back, for all three: the middle half of many runs, because browsers round the time to tenths of a \
             millisecond.\n\
             A start from its bytes includes validating and compiling them; a page has done that when the program was \
             opened.\n\
             Of the page's time from the bytes, about 0.3 ms is validation, which itself runs as WebAssembly \
             (profiled once).\n\
             Target: faster than the faster of the two.\n\
             A write through `File::write_all` is about 180 instructions of the program for one host call, so that \
             row mostly measures the interpreter.\n\n\
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
            "\n### How the cost grows\n\n\
             Both sides are measured in one run: the file system alone natively, everything else in the page.\n\
             A program's many appends are 262,144 calls, each about a hundred interpreted instructions, against 16 \
             calls: the time beyond the file system's is the interpreter's.\n\
             Lookups among many files wait for memory, but nobody notices a single one: each takes a few \
             microseconds, where a linear search of the directory would take a thousand times as long as among 100 \
             files. Measured once natively, on a busy machine, the file system took ten times as \
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
             A first visit with an empty cache, from a host on the same machine that compresses with gzip; Run is \
             pressed as soon as it is enabled.\n\
             Targets: at most 1 MB and 1.5 s.\n\n| | |\n|---|--:|",
        );
        self.line(&format!(
            "| needed for the first run, {} files, by gzip | {:.0} KB |",
            loading.files,
            loading.bytes as f64 / 1000.0
        ));
        self.line(&format!("| the same files compressed with brotli | {:.0} KB |", loading.brotli as f64 / 1000.0));
        let [gzip, brotli] = loading.rest.map(|bytes| bytes as f64 / 1000.0);
        self.line(&format!("| fetched afterwards, by gzip and by brotli | {gzip:.0} and {brotli:.0} KB |"));
        self.line(&format!("| editor ready after | {:.0} ms |", loading.editor));
        self.line(&format!("| first run finished after | {:.0} ms |", loading.finished));
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
