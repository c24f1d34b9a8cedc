//! The original and its copies, run in parallel.

use wasmi::{Config, Engine, Extern, Instance, Linker, Module, Store, Val};

use crate::attach::{Attached, attach_to_linker, initialize};
use crate::instrument::{Embedding, Options, Watched, instrument_with};
use wasmoscope_module::validate::{Validity, validate};
use wasmoscope_module::value;
use wasmoscope_module::wasmi_workarounds::separate_fused_selects;
use wasmoscope_runtime::limits;

pub const MAX_DEPTH: u32 = 500;

/// An instance whose exported functions can be called.
pub struct Side {
    store: Store<()>,
    instance: Instance,
    attached: Option<Attached>,
}

fn engine() -> Engine {
    limits::debug_engine(&functions(), false)
}

/// An engine that runs a module unchanged, without fuel.
fn plain_engine() -> Engine {
    let mut config = Config::default();
    config.wasm_custom_page_sizes(true).wasm_wide_arithmetic(true).set_max_stack_height(limits::STACK_HEIGHT);
    config.set_max_recursion_depth(MAX_DEPTH as usize);
    Engine::new(&config)
}

fn functions() -> limits::Limits {
    limits::Limits { recursion: MAX_DEPTH, ..limits::Limits::default() }
}

impl Side {
    pub fn plain(wasm: &[u8]) -> Self {
        let engine = plain_engine();
        let Validity::Valid(facts) = validate(wasm) else { panic!("the original is valid") };
        let separated = separate_fused_selects(wasm, &facts.fusible).expect("the original can be read");
        let module = Module::new(&engine, &separated).expect("the original compiles");
        let mut store = Store::new(&engine, ());
        let instance = Linker::new(&engine).instantiate_and_start(&mut store, &module).expect("it instantiates");
        Self { store, instance, attached: None }
    }

    pub fn copy(wasm: &[u8], options: Options) -> Self {
        let engine = engine();
        let instrumented = instrument_with(wasm, options).expect("the module can be instrumented");
        let mut validator = wasmparser::Validator::new_with_features(wasmoscope_module::validate::supported());
        if let Err(error) = validator.validate_all(&instrumented.wasm) {
            panic!("{error}\n{}", wasmprinter::print_bytes(&instrumented.wasm).unwrap_or_default());
        }
        let module = Module::new(&engine, &instrumented.wasm).expect("the copy compiles");
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        let attached =
            attach_to_linker(&mut store, &mut linker, &instrumented, MAX_DEPTH, |(), _| {}).expect("there is room");
        let instance = linker.instantiate_and_start(&mut store, &module).expect("it instantiates");
        initialize(&mut store, instance, &instrumented).expect("its segments fit");
        Self { store, instance, attached: Some(attached) }
    }

    /// Describes the result of a call.
    pub fn call(&mut self, name: &str, arguments: &[Val]) -> String {
        let Some(Extern::Func(function)) = self.instance.get_export(&self.store, name) else {
            return format!("no function {name}");
        };
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        let called = function.call(&mut self.store, arguments, &mut results);
        match called {
            Ok(()) => results.iter().map(|result| value::show(&result.into()).text).collect::<Vec<_>>().join(" "),
            Err(error) => {
                if let Some(attached) = self.attached {
                    attached.reset(&mut self.store);
                }
                format!("trap: {error}")
            }
        }
    }
}

/// Makes the same call on all sides and returns the common result.
pub fn both(text: &str, calls: &[(&str, &[Val])]) -> Vec<String> {
    let wasm = wat::parse_str(text).expect("the test's text compiles");
    let mut plain = Side::plain(&wasm);
    let kinds = [Embedding::Linked, Embedding::Hosted, Embedding::Portable].into_iter().flat_map(|embedding| {
        [Watched::Nothing, Watched::Writes, Watched::Reads].map(|watched| Options { watched, embedding })
    });
    let mut copies: Vec<Side> = kinds.map(|options| Side::copy(&wasm, options)).collect();
    let mut results = Vec::new();
    for (name, arguments) in calls {
        let expected = plain.call(name, arguments);
        for copy in &mut copies {
            assert_eq!(copy.call(name, arguments), expected, "calling {name}");
        }
        results.push(expected);
    }
    results
}
