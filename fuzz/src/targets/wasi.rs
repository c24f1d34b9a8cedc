//! Calls of WASI with hostile arguments answer an errno that they can have, are told in the trace, and answer the same
//! when they are replayed.

use super::super::errnos::Table;
use super::super::random_calls;

pub fn run(input: &[u8]) {
    thread_local! {
        static TABLE: Table = Table::read();
    }
    let live = random_calls::live(input);
    TABLE.with(|table| {
        for (function, errno) in &live.answers {
            let pair = (function.clone(), errno.clone());
            if errno != "SUCCESS"
                && let Some(reason) = table.impossible(&pair)
            {
                panic!("{function} {errno}: is answered, although {reason}");
            }
        }
    });
    let replayed = random_calls::replayed(input, &live.record);
    assert_eq!(live.answers, replayed.answers, "the replay answers otherwise");
    assert!(live.tree == replayed.tree, "the replay leaves another tree:\n{:?}\n{:?}", live.tree, replayed.tree);
    assert!(live.memory == replayed.memory, "the replay leaves other bytes in the memory");
}
