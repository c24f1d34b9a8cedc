//! What the debugger shows at each step is what an evaluator has that was written from the specification, and it is the
//! same forwards, backwards and by a jump.
#![cfg(not(target_arch = "wasm32"))]

#[path = "support/fresh.rs"]
mod fresh;
#[path = "support/reference/mod.rs"]
mod reference;
#[path = "support/smith/generate.rs"]
mod smith;
#[path = "support/steps.rs"]
mod support;

use reference::{Ended, Machine, Value};
use smith::SplitMix;
use support::{View, argument, ended, go, session};
use wasmoscope::engine::debugger::{Command, StopReason};
use wasmoscope::engine::reversible::executor::Executor;
use wasmoscope::engine::reversible::executor::wasmi::{PortableWasmi, Wasmi};

/// Of which seeds modules are gone through: always the same, whose number `STEPS_MODULES` in the environment changes, and
/// some that no run had before. `SEED=…` is one alone.
fn seeds() -> Vec<u64> {
    fresh::seeds("STEPS_MODULES", 40, 10)
}

/// A run that has more steps is left there.
const MOST_STEPS: usize = 300;

/// How much there was to see.
#[derive(Debug, Default)]
struct Seen {
    steps: usize,
    returned: usize,
    trapped: usize,
    calls: usize,
    refused: usize,
}

/// Runs an export in both, an instruction at a time, and then in the debugger backwards and by jumps.
fn compare(name: &str, wasm: &[u8], export: &str, arguments: &[Value], seen: &mut Seen) {
    let function = reference::Module::read(wasm).ok().and_then(|module| reference::exported(&module, export));
    let (function, _) = function.expect("the export is there");
    let texts: Vec<String> = arguments.iter().map(argument).collect();
    let (mut session, mut machine) =
        match (session(wasm, export, texts.clone()), Machine::new(wasm, function, arguments.to_vec())) {
            (Ok(session), Ok(machine)) => (session, machine),
            (Err(refused), Err(trap)) => {
                assert_eq!(refused, trap.0, "{name}");
                seen.refused += 1;
                return;
            }
            (session, machine) => panic!(
                "{name}: instantiated by the debugger: {:?}, by the evaluator: {:?}",
                session.err(),
                machine.err()
            ),
        };

    let mut views = Vec::new();
    while views.len() < MOST_STEPS {
        let view = View::of_session(&session);
        assert_eq!(view, View::of_machine(&machine), "{name}: {export} at step {}", machine.steps);
        seen.calls += usize::from(view.frames.len() > 1);
        views.push(view);
        machine.step();
        let reason = go(&mut session, Command::Into);
        match &machine.ended {
            None => assert_eq!(reason, StopReason::Step, "{name}: {export} at step {}", machine.steps),
            Some(end) => {
                let StopReason::Ended(outcome) = reason else { panic!("{name}: {export} goes on after {end:?}") };
                assert_eq!(ended(&outcome), ended_by_evaluator(end), "{name}: {export}");
                seen.returned += usize::from(matches!(end, Ended::Returned(_)));
                seen.trapped += usize::from(matches!(end, Ended::Trapped(_)));
                break;
            }
        }
    }
    seen.steps += views.len();

    for (step, view) in views.iter().enumerate().rev() {
        // From the end, this undoes the last instruction, whose step is that of the end.
        go(&mut session, Command::BackInto);
        assert_eq!(session.step(), step as u64, "{name}: {export}");
        assert_eq!(View::of_session(&session), *view, "{name}: {export} back at step {step}");
    }
    for executor in [&Wasmi as &dyn Executor, &PortableWasmi] {
        compare_runs(executor, (wasm, export, texts.clone()), &views, machine.ended.as_ref());
    }
}

/// What runs in optimized functions, to a step or to the end, looks as it does when it is executed step by step.
fn compare_runs(executor: &dyn Executor, run: (&[u8], &str, Vec<String>), views: &[View], end: Option<&Ended>) {
    let (wasm, export, texts) = run;
    let mut session = support::session_on(executor, wasm, export, texts).expect("it has been instantiated before");
    let last = views.len() - 1;
    // There and back, each time over another number of instructions.
    for step in [last, 0, last / 2, last / 3, last, 1, last * 2 / 3, last / 5, last * 4 / 5] {
        let step = step.min(last);
        go(&mut session, Command::JumpTo(step as u64));
        assert_eq!(View::of_session(&session), views[step], "{export} by a jump to {step}");
    }
    let Some(end) = end else { return };
    go(&mut session, Command::JumpTo(0));
    let StopReason::Ended(outcome) = go(&mut session, Command::Continue) else { panic!("{export} ends") };
    assert_eq!(ended(&outcome), ended_by_evaluator(end), "{export}");
    go(&mut session, Command::BackInto);
    assert_eq!(View::of_session(&session), views[last], "{export} back from its end");
}

fn ended_by_evaluator(end: &Ended) -> String {
    match end {
        Ended::Returned(values) => format!("{:?}", values.iter().map(support::canonical).collect::<Vec<_>>()),
        Ended::Trapped(trap) => trap.0.to_owned(),
    }
}

#[test]
fn generated_modules_look_as_the_specification_has_it() {
    let mut seen = Seen::default();
    let seeds = seeds();
    let modules = seeds.len();
    for seed in seeds {
        let wasm = smith::scalar_module(seed);
        let module = reference::Module::read(&wasm).expect("a generated module can be read");
        let mut random = SplitMix(seed);
        for (export, _) in module.exports.iter().take(3) {
            let (_, params) = reference::exported(&module, export).expect("it is there");
            let arguments: Option<Vec<Value>> = params.iter().map(|ty| support::value(*ty, &mut random)).collect();
            if let Some(arguments) = arguments {
                compare(&format!("SEED={seed:#x} cargo test --test steps"), &wasm, export, &arguments, &mut seen);
            }
        }
    }
    println!("{seen:?}");
    if modules < 20 {
        return;
    }
    // A generator whose modules end at once would show nothing.
    assert!(
        seen.steps > modules * 50 && seen.calls > modules && seen.returned > modules / 2 && seen.trapped > modules / 20,
        "{seen:?}"
    );
}

#[test]
fn written_programs_look_as_the_specification_has_it() {
    for (name, text, arguments) in support::PROGRAMS {
        let wasm = wat::parse_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        compare(name, &wasm, "main", arguments, &mut Seen::default());
    }
}
