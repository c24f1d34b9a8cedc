;; A case is a program with a snapshot of the same name beside it. To add one: write the program, run
;; `cargo test --test cases`, read what `tests/cases/<name>.snap.new` says, and if it is right, rename it to `.snap`.
;;
;; The opening comments may hold directives:
;;   RUN: NAME ARGUMENT...     call this export (without it: what Run in the page would call)
;;   ARGS: ARGUMENT...         arguments of the program
;;   ENV: NAME=VALUE           an environment variable
;;   STDIN: TEXT               standard input, then its end; \n is a new line
;;   FILE: PATH = TEXT         a file in the tree
;;   LIMIT: NAME NUMBER        memory, table, recursion, output or time
;;   TRACE: all                print the WASI calls, or those that match: calls NAMES; path TEXT; failures
;;
;;   DEBUG: COMMAND; ...       in debug: commands of the debugger, and what to show
;;
;; Folders: compile (problems), detect (what a source is), run (plain programs), wasi (programs that use WASI), debug.
;;
;; Commands of DEBUG: into, into N, over, out, line, continue, end, step N, run to LINE, and backwards: back, back over,
;; back out, back line, reverse; break LINE, break LINE if CONDITION, clear; last write global N, local N, memory START
;; LENGTH. To show: stack, locals, globals, calls, output.
;; RUN: add 2 0x28
(module
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))
