//! The table of errnos that calls cannot answer: `tests/guests/suite/ERRNOS.md`.

/// A function and the name of an errno, in capitals.
pub type Pair = (String, String);

pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    /// It can be, but the suite cannot bring it about.
    elsewhere: bool,
    /// Names; a `*` at an end stands for any end, a `!` in front for what is left out.
    functions: Vec<String>,
    errnos: Vec<String>,
    reason: String,
}

impl Table {
    /// # Panics
    ///
    /// Where a row cannot be read.
    pub fn read() -> Self {
        let text = include_str!("../guests/suite/ERRNOS.md");
        let (never, elsewhere) = text.split_once("## Checked elsewhere").expect("there are two tables");
        let rows = |text: &str, elsewhere: bool| -> Vec<Row> {
            let lines = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| calls |"));
            lines.map(|line| Row::read(line, elsewhere)).collect()
        };
        Self { rows: [rows(never, false), rows(elsewhere, true)].into_iter().flatten().collect() }
    }

    /// Why a call never answers that.
    pub fn impossible(&self, (function, errno): &Pair) -> Option<&str> {
        let mut rows = self.rows.iter().filter(|row| !row.elsewhere);
        rows.find(|row| row.holds(function, errno)).map(|row| row.reason.as_str())
    }

    /// Why the suite has no check of that.
    pub fn reason(&self, (function, errno): &Pair) -> Option<&str> {
        self.rows.iter().find(|row| row.holds(function, errno)).map(|row| row.reason.as_str())
    }

    /// What in the table stands for nothing, or for what an earlier row says.
    pub fn idle(&self, functions: &[&str]) -> Vec<String> {
        let mut idle = Vec::new();
        for (place, row) in self.rows.iter().enumerate() {
            for pattern in &row.functions {
                let pattern = pattern.trim_start_matches('!');
                if !functions.iter().any(|function| matches(pattern, function)) {
                    idle.push(format!("{pattern} is no call: {}", row.reason));
                }
            }
            for errno in &row.errnos {
                for function in functions.iter().filter(|function| row.holds(function, errno)) {
                    if self.rows[..place].iter().any(|earlier| earlier.holds(function, errno)) {
                        idle.push(format!("{function} {errno} stands there twice"));
                    }
                }
            }
        }
        idle
    }
}

impl Row {
    fn read(line: &str, elsewhere: bool) -> Self {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [functions, errnos, reason] = cells.as_slice() else { panic!("three cells, not `{line}`") };
        let words = |text: &str| text.split(' ').map(|word| word.trim_matches('`').to_owned()).collect();
        Self { elsewhere, functions: words(functions), errnos: words(errnos), reason: (*reason).to_owned() }
    }

    fn holds(&self, function: &str, errno: &str) -> bool {
        let is_left_out =
            |pattern: &String| pattern.strip_prefix('!').is_some_and(|pattern| matches(pattern, function));
        self.errnos.iter().any(|named| named == errno)
            && self.functions.iter().any(|pattern| matches(pattern, function))
            && !self.functions.iter().any(is_left_out)
    }
}

fn matches(pattern: &str, function: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => function.starts_with(beginning),
        None => pattern == function,
    }
}
