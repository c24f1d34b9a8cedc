//! The lists that define the split of the page's two programs.
//!
//! [`module_split`] splits them; the lists here name what goes into the secondary modules. An entry is the path
//! of a crate, a module, a type or a function. With `..` before it, it is any part of a name: for generic code of one
//! crate instantiated with a type of another. An entry that matches nothing fails the build: the name has changed, and
//! what it named would be loaded with the first part. An entry too many only costs time: what is called too early is
//! fetched at that point. `tests/e2e/tests/parts.rs` fails if that happens in the first programs that a user runs.
//! `generated/app-first.txt` and `generated/worker-first.txt` list what is loaded first: bytes, index in stack traces,
//! name.

use crate::project;
use crate::step::{command, run};
use anyhow::{Context, Result, ensure};
use std::cell::Cell;
use std::fs;
use std::path::Path;

/// What the first run of most programs does not need.
pub const WORKER_SECONDARY: &[&str] = &[
    // This project's own: debugging, tracing, problems and their hints, disassembly.
    "wasmoscope_reversible",
    "wasmoscope_debugger",
    "wasmoscope_source_map",
    "wasmoscope_module::words::INSTRUCTIONS",
    "wasmoscope_module::inspect::invalid",
    "wasmoscope_module::diagnostic",
    "wasmoscope_wasi::trace::buffers",
    "wasmoscope_wasi::trace::call",
    // What a filter is made of is needed early: the page watches the calls from its start.
    "wasmoscope_wasi::trace::filter::Filter>::passes_name",
    "wasmoscope_wasi::trace::filter::Filter>::is_about",
    "wasmoscope_wasi::trace::open",
    "wasmoscope_wasi::trace::poll",
    "wasmoscope_wasi::trace::ring",
    "wasmoscope_wasi::trace::text",
    "wasmoscope_wasi::trace::value",
    "wasmoscope_wasi::trace::enum_names",
    "wasmoscope_wasi::trace::results",
    "wasmoscope_module::inspect::place",
    "wasmoscope_module::inspect::disassemble",
    "wasmoscope_module::characters",
    "wasmoscope_module::compile::explain",
    "wasmoscope_module::compile::hints",
    "wasmoscope_module::compile::instructions",
    "wasmoscope_module::compile::locate",
    "wasmoscope_module::compile::old_names",
    "wasmoscope_module::compile::strange",
    "wasmoscope_module::inspect::imports::advice",
    "wasmoscope::worker::backtrace",
    "wasmoscope::worker::engines::CopyRun",
    "wasmoscope::worker::engines::Copies",
    "..BrowserPlatform>>::copy_for",
    "wasmoscope::worker::bookmark",
    "wasmoscope::worker::breakpoints",
    "wasmoscope::worker::debug",
    "wasmoscope::worker::debug_view",
    "..wasmoscope::worker::regions",
    "..wasmoscope::worker::sources::Sources>::list",
    "wasmoscope::worker::calls::Matches>::search",
    "..wasmoscope::worker::calls::Watched>::window",
    "..BrowserPlatform>>::show_debugged",
    "..BrowserPlatform>>::position_of_pause",
    "..wasmoscope_source_map::InScope",
    "..wasmoscope::protocol::debug::DebugFrame",
    "..wasmoscope::protocol::debug::NamedValue",
    "..wasmoscope::protocol::sources::SourcePlace",
    "wasmoscope::worker::sources",
    "wasmoscope::worker::stop_sentence",
    "..EventLoop<wasmoscope::worker::browser::BrowserPlatform>>::start_debug",
    "..EventLoop<wasmoscope::worker::browser::BrowserPlatform>>::debug_again",
    "..EventLoop<wasmoscope::worker::browser::BrowserPlatform>>::debug_at",
    "..EventLoop<wasmoscope::worker::browser::BrowserPlatform>>::change_files",
    "..wasmoscope_wasi::trace::parameters",
    "..wasmoscope_wasi::trace::text",
    "wasmoscope_wasi::ctx::WasiCtx>::start_trace",
    "wasmoscope_wasi::ctx::WasiCtx>::trace_begin",
    "wasmoscope_wasi::ctx::WasiCtx>::trace_end",
    "wasmoscope_wasi::ctx::WasiCtx>::again",
    // Calls that a program makes seldom, and hardly ever at its start: the method, the entry of the table of functions, or
    // both, whichever the compiler keeps.
    "wasmoscope_wasi::HostCall>::poll",
    "wasmoscope_wasi::HostCall>::subscriptions",
    "wasmoscope_wasi::HostCall>::read_stdin",
    "..path_link",
    "..path_symlink",
    "..path_readlink",
    "..path_rename",
    "..fd_readdir",
    "wasmoscope_vfs::Vfs>::remove",
    "wasmoscope::worker::files::all",
    "wasmoscope::worker::files::kinds",
    "..<wasmoscope_debugger",
    "..wasmoscope_debugger::replay::checkpoints::Checkpoint",
    "wasmoscope_wasi::ctx::WasiCtx>::restore",
    "core::marker::PhantomData<wasmoscope_vfs::Vfs>",
    "wasmoscope_module::value::parse",
    "wasmoscope::worker::calls::copy",
    "wasmoscope::worker::files::change",
    "wasmoscope::worker::files::unpack",
    "..wasmoscope_reversible",
    // Printing modules, reading names and debug information, suggesting words.
    "wasmprinter",
    "gimli",
    "..gimli::",
    "rustc_demangle",
    "strsim",
    "termcolor",
    "unicode_width",
    "anyhow",
    "..wasmprinter::",
    "..readers::core::operators::Operator as core::clone::Clone",
    "wasmparser::readers::core::custom",
    "wasmparser::readers::core::names",
    "wasmparser::readers::core::coredumps",
    // Instructions of proposals that few programs use; those that no program can use here are only read in order to be
    // rejected.
    "..i8x16",
    "..i16x8",
    "..i32x4",
    "..i64x2",
    "..f32x4",
    "..f64x2",
    "..v128",
    "..atomic",
    "..visit_0xfd_operator",
    "..visit_0xfe_operator",
    "..visit_0xfb_operator",
    "..>::visit_struct_",
    "..>::visit_array_",
    "..>::visit_ref_cast",
    "..>::visit_ref_test",
    "..>::visit_br_on_cast",
    "..>::visit_cont_",
    "..>::visit_resume",
    "..>::visit_switch",
    "..>::visit_suspend",
    "..>::visit_throw",
    "..>::visit_try",
    "..>::visit_catch",
    "..>::visit_rethrow",
    "..>::visit_delegate",
    "..>::visit_any_convert",
    "..>::visit_extern_convert",
    "..>::visit_ref_i31",
    "..>::visit_i31",
    "..>::check_resume",
    "..try_table",
    "..ResumeTable",
    "..visit_simd_operator",
    "..translate_simd",
    "..translate_replace_lane",
    "..translate_extract_lane",
    "..return_call",
    "..>::visit_table_",
    "..>::visit_ref_",
    "..translate_i64_mul_wide",
    "..i64_add128",
    "..i64_sub128",
    "..ConstExpr>::new::expr_op",
    "wast::core::types::StructType",
    "wast::core::types::ArrayType",
    "wast::core::types::HeapType",
    "wast::core::types::AbstractHeapType",
    "wast::core::types::StructField",
    "wast::core::expr::V128Const",
    "wast::core::expr::LaneArg",
    "wast::core::expr::LoadOrStoreLane",
    "wast::core::expr::Ordering",
    "wast::core::table::ElemPayload>::parse_exprs",
    "i16, wast::token::Span",
    "i8, wast::token::Span",
    "u8, wast::token::Span",
    // Floating point: validated with everything else, but translated only if a program uses it.
    "..FuncTranslator as wasmparser::readers::core::operators::VisitOperator>::visit_f32_",
    "..FuncTranslator as wasmparser::readers::core::operators::VisitOperator>::visit_f64_",
    "..FuncTranslator> as wasmparser::readers::core::operators::VisitOperator>::visit_f32_",
    "..FuncTranslator> as wasmparser::readers::core::operators::VisitOperator>::visit_f64_",
    "..>::visit_i32_trunc_",
    "..>::visit_i64_trunc_",
    "..>::visit_i32_reinterpret_",
    "..>::visit_i64_reinterpret_",
    "compiler_builtins::math::libm_math::fma",
    // Unused ways to translate and validate: one without the other, and by operators that have been read.
    "..as wasmparser::readers::core::operators::VisitOperator>::visit_operator",
    "wasmi::engine::translator::func::fuel",
    "..FuncTranslationDriver<wasmi::engine::translator::func::fuel::FuelMeteringFuncTranslator>",
    "..ValidatingFuncTranslator<wasmi::engine::translator::LazyFuncTranslator>",
    // Rewriting modules, custom sections, messages, floating point, sorting.
    "..as core::fmt::Debug>::fmt",
    "wast::core::custom",
    "core::num::imp::flt2dec",
    "core::num::imp::dec2flt",
    "core::fmt::float",
    "wasm_encoder::reencode",
    "..wasm_encoder::reencode",
    "wasm_encoder::core::code::Instruction",
    "alloc::collections::btree::node",
    "alloc::collections::btree::map::BTreeMap<(u32, u32, u32)",
    "alloc::collections::btree::map::BTreeMap<u64,",
    "hashbrown::raw::RawTable<(u32, std::collections::hash::map::HashMap",
    "core::slice::sort::shared::pivot",
    "..smallsort::bidirectional_merge",
    "..smallsort::small_sort",
    "..smallsort::sort",
    "core::slice::sort::stable",
    "core::slice::sort::unstable",
    "core::str::iter::EscapeDebug",
    "str>::to_lowercase",
    "str>::to_uppercase",
    "..Error as core::fmt::Display>::fmt",
    "..ErrorKind as core::fmt::Display>::fmt",
    "wast::error",
    "wast::parser::Lookahead1>::error",
    "wast::core::types::type_parse_error",
    "..Dylink0",
    "wast::lexer::Token>::float",
    "wast::token::strtof",
    "wast::token::strtod",
];

/// What the page does not need until the user opens, debugs or packs something.
pub const APP_SECONDARY: &[&str] = &[
    // Archives, links, comparisons.
    "zip",
    "tar",
    "..<tar::",
    "flate2",
    "..flate2::",
    "miniz_oxide",
    "..miniz_oxide::",
    "crc32fast",
    "similar",
    "..similar::",
    "base64",
    "wasmoscope::ui::platform::archive",
    "wasmoscope::ui::platform::upload",
    "wasmoscope::ui::hooks::use_files::Files>::write_archive",
    "wasmoscope::ui::components::drop_zone::take",
    "wasmoscope::ui::state::project_file",
    "wasmoscope::ui::state::debug_notes::DebugNotes>::from_text",
    // Stored projects that are not opened, or not soon.
    "..wasmoscope::ui::state::page_store::StoredProject",
    "wasmoscope::ui::platform::storage::Database>::quarantined_files",
    "..zip::write",
    "..zip::types",
    "..zip::read",
    "wasmoscope::ui::selectors::diff",
    "wasmoscope::ui::selectors::comparison",
    "wasmoscope::ui::selectors::debug",
    "..wasmoscope::protocol::debug::DebugFrame",
    "..wasmoscope::protocol::debug::DebugView",
    "..wasmoscope::protocol::debug::NamedValue",
    "..wasmoscope::protocol::sources::SourcePlace",
    // Opening and debugging.
    "..components::breakpoint_fields",
    "..components::breakpoint_form",
    "..components::breakpoint_item",
    "..components::debug_value",
    "..components::timeline_marks",
    "..components::watch_buttons",
    "..components::watch_expressions",
    "..components::named_values",
    "..components::operand_stack",
    "..components::step_sentence",
    "..components::call_stack",
    "..components::labels_tables",
    "..components::hex_grid",
    "..components::hex_row",
    "..components::byte_inspector",
    "..components::quarantined_list",
    "..components::changes_dialog",
    "..components::comparison_view",
    "..components::projects_dialog",
    "..components::file_dialog",
    "..components::file_picture",
    "..components::move_dialog",
    "..components::ask_dialog",
    "..components::share_dialog",
    "..components::download_menu",
    "..components::examples_dialog",
    "wasmoscope::ui::selectors::examples",
    "..components::modal",
    "..components::call_list",
    "..components::call_details",
    "..components::file_row",
    "..components::file_tree::FileTree> as yew::html",
    "..state::stored_breakpoints::StoredKind as serde",
    "..components::row_drag",
    "..components::editable_text",
    "..components::source_bar::SourceBar> as yew::html",
    "..components::source_bar::Missing",
    "..components::problems::ProblemItem",
    "..components::variables",
    "..components::editor_pane::BinaryNote",
    "..components::console_search::ConsoleSearch",
    "..components::timeline::StepField",
    "..components::timeline::Bar",
    "..components::help_dialog::Contents",
    "..components::files_dialog::FilesDialog",
    "..components::backtrace",
    "..components::limits_form::LimitField",
    "..components::calls_panel::Filters",
    "..components::calls_panel::CopyCalls",
    "..components::memory_panel::MemoryChoice",
    "..components::file_tree::use_tree_keys",
    "wasmoscope::ui::hooks::use_open::Opener>::open",
    "wasmoscope::ui::hooks::use_open::Opener>::open_one",
    "wasmoscope::ui::hooks::use_open::Opener>::open_several",
    "wasmoscope::ui::hooks::use_open::Opener>::take_source",
    "wasmoscope::ui::selectors::opened",
    "wasmoscope::ui::selectors::frames",
    "wasmoscope::ui::hooks::use_files::Files>::download_archive",
    "wasmoscope::ui::hooks::use_files::Files>::upload",
    "wasmoscope::ui::hooks::use_sources::supply",
    "wasmoscope::ui::hooks::use_projects::Projects>::delete",
    "wasmoscope::ui::hooks::use_projects::Projects>::reset",
    "wasmoscope::ui::hooks::use_projects::Projects>::put",
    "wasmoscope::ui::hooks::use_projects::Projects>::undo",
    "wasmoscope::ui::hooks::use_projects::Projects>::opened",
    "wasmoscope::ui::hooks::use_projects::Projects>::quarantined",
    "wasmoscope::ui::state::command_queue::CommandQueue>::press",
    "wasmoscope::ui::state::command_queue::CommandQueue>::command",
    // Only the console of a debugged program can go back.
    "wasmoscope::ui::state::console_record",
    "alloc::rc::Rc<wasmoscope::ui::state::console_record::Record>>::make_mut",
    "wasmoscope::ui::hooks::use_debugger::Debugger>::point",
    "wasmoscope::ui::selectors::sources::asked_for",
    "wasmoscope::ui::selectors::sources::Supplied",
    "wasmoscope::ui::selectors::sources::shown_place",
    "wasmoscope::ui::state::expressions::Expressions>::apply",
    "serde_json::error",
    "memchr",
    // Messages, floating point, sorting.
    "..as core::fmt::Debug>::fmt",
    "core::slice::sort::stable",
    "core::slice::sort::unstable",
    "core::num::imp::dec2flt",
    "char>::escape_debug",
];

/// A smaller function, in bytes, is not worth a trampoline. Besides, the compiler merges identical small functions
/// under any one of their names.
const SMALLEST: usize = 128;

/// Splits `NAME_bg.wasm` into itself and `NAME_rest.wasm`.
pub fn split(staging: &Path, name: &str, rest: &[&str]) -> Result<()> {
    let whole = staging.join(format!("{name}_bg.wasm"));
    let wasm = fs::read(&whole).with_context(|| format!("could not read {}", whole.display()))?;
    let matched: Vec<Cell<bool>> = rest.iter().map(|_| Cell::new(false)).collect();
    let belongs_to_secondary = |name: &str, size: usize| {
        let entries = rest.iter().zip(&matched).filter(|(entry, _)| is_of(name, &[entry]));
        entries.inspect(|(_, matched)| matched.set(true)).count() > 0 && size >= SMALLEST
    };
    let parts = module_split::split(&wasm, "load_rest", belongs_to_secondary)
        .with_context(|| format!("could not split {}", whole.display()))?;
    let unmatched = rest.iter().zip(&matched).filter(|(_, matched)| !matched.get()).map(|(entry, _)| *entry);
    let unmatched: Vec<&str> = unmatched.collect();
    ensure!(
        unmatched.is_empty(),
        "{name} has no function of these names, which `xtask/src/hooks/parts.rs` lists: {unmatched:#?}"
    );
    let (primary, secondary) = parts.functions;
    eprintln!(
        "    {name}: {primary} functions, {} KB at once; {secondary} functions, {} KB later",
        parts.primary.len() / 1000,
        parts.secondary.len() / 1000
    );
    // To find out what else could be loaded later.
    let lines = parts.largest.iter().map(|(size, index, name)| format!("{size} {index} {}\n", without_hashes(name)));
    project::write_if_changed(
        &project::generated().join(format!("{name}-first.txt")),
        lines.collect::<String>().as_bytes(),
    )?;
    fs::write(&whole, parts.primary)?;
    fs::write(staging.join(format!("{name}_rest.wasm")), parts.secondary)?;
    Ok(())
}

/// Puts the script that loads the secondary module, and the other named files of `static/`, in front of a script, and
/// minifies it.
pub fn put_before(script: &Path, also: &[&str]) -> Result<()> {
    let mut whole = String::new();
    for name in ["rest.js"].iter().chain(also) {
        let path = project::root().join("static").join(name);
        whole += &fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    }
    whole += &fs::read_to_string(script).with_context(|| format!("could not read {}", script.display()))?;
    fs::write(script, whole).with_context(|| format!("could not write {}", script.display()))?;
    let mut minify = command(project::npm_program("esbuild"), &["--minify", "--target=es2022", "--log-level=warning"]);
    minify.arg(script).arg(format!("--outfile={}", script.display())).arg("--allow-overwrite");
    run(&mut minify, "see the messages above")
}

/// Whether a demangled function name belongs to a path in the list: it is defined below the path, or is a method of a
/// type below it, such as `<wasmprinter::Printer as core::fmt::Debug>::fmt`.
fn is_of(function: &str, paths: &[&str]) -> bool {
    let name = without_hashes(function);
    let name = name.trim_start_matches(['<', '&', '*', '(']).trim_start_matches("mut ").trim_start_matches("dyn ");
    paths.iter().any(|path| match path.strip_prefix("..") {
        // Generic code of another crate, instantiated with a type below the path.
        Some(path) => name.contains(path),
        None => {
            name.strip_prefix(path).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        }
    })
}

/// A name without the hashes that distinguish crates of the same name: `core[2be89de38cbb4f52]::fmt` becomes
/// `core::fmt`.
fn without_hashes(name: &str) -> String {
    let mut kept = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('[') {
        kept.push_str(before);
        rest = match after.split_once(']') {
            Some((hash, after)) if is_hash(before, hash) => after,
            _ => {
                kept.push('[');
                after
            }
        };
    }
    kept + rest
}

/// Whether it is the hash of the crate named before it. A hash is written without leading zeros, and `[f64]` has no
/// name before it.
fn is_hash(before: &str, hash: &str) -> bool {
    let is_hexadecimal = (1..=16).contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal && before.ends_with(|last: char| last.is_alphanumeric() || last == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_crates_are_left_out_and_slices_are_not() {
        assert_eq!(without_hashes("<a[0123456789abcdef]::B as c[0123456789abcdef]::D>::e"), "<a::B as c::D>::e");
        assert_eq!(without_hashes("<[u8] as a[0123456789abcdef]::B>::c"), "<[u8] as a::B>::c");
        assert_eq!(without_hashes("a[0123456789abcdef"), "a[0123456789abcdef");
        assert_eq!(without_hashes("<gimli[7fd90779da431dc]::A<[f64]>>::b"), "<gimli::A<[f64]>>::b");
    }

    #[test]
    fn functions_match_by_the_path_they_are_below() {
        let paths = ["engine::debugger", "..components::timeline"];
        let is_of = |name: &str| is_of(name, &paths);
        assert!(is_of("engine::debugger::start"));
        assert!(is_of("<&engine::debugger::View as core::fmt::Debug>::fmt"));
        assert!(is_of("<yew::Component<ui::components::timeline::Timeline>>::view"));
        assert!(is_of("<engine::debugger<u8> as core::fmt::Debug>::fmt"));
        assert!(!is_of("engine::debugger_of_another::start"));
        assert!(!is_of("<core::Holder<engine::debugger::View>>::new"));
    }
}
