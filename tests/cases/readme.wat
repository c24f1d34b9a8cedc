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
;; Folders: compile (problems), detect (what a source is), run (plain programs), wasi (programs that use WASI).
;; RUN: add 2 0x28
(module
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1))))
