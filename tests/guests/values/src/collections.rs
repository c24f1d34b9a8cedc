//! Collections of the standard library.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};

pub fn look() {
    let table = HashMap::from([(1, "one")]);
    let texts: HashMap<String, Vec<u8>> = HashMap::from([("two".to_owned(), vec![2])]);
    let many: HashMap<u32, u32> = (0..1000).map(|n| (n, n)).collect();
    let none_yet: HashMap<u8, u8> = HashMap::new();
    let set = HashSet::from(["member"]);
    let tree: BTreeMap<u8, char> = ('a'..='z').enumerate().map(|(n, letter)| (n as u8, letter)).collect();
    let empty: BTreeMap<u8, u8> = BTreeMap::new();
    let tree_set = BTreeSet::from([3, 1, 2]);
    let mut ring: VecDeque<u8> = (0..4).collect();
    ring.drain(..2);
    ring.extend([4, 5]);
    let heap = BinaryHeap::from([1, 5, 2]);
    super::keep(&(&table, &texts, &many, &none_yet, &set, &tree, &empty, &tree_set, &ring, &heap)); // COLLECTIONS
}
