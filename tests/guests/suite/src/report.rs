//! What is printed: a line for each answer, and how many were as expected.

use wasip1::{Errno, Filetype};

/// The answers of one section.
pub struct Report {
    section: &'static str,
    right: u32,
    wrong: u32,
}

impl Report {
    pub fn new(section: &'static str) -> Self {
        println!("# {section}");
        Self { section, right: 0, wrong: 0 }
    }

    /// Prints `what -> answer`, and what was expected where the answer is another.
    pub fn is(&mut self, what: &str, answer: impl Show, expected: &str) {
        let answer = answer.show();
        if answer == expected {
            self.right += 1;
            println!("{what} -> {answer}");
        } else {
            self.wrong += 1;
            println!("{what} -> {answer} (expected {expected})");
        }
    }

    /// Prints the line that sums the section up; how many answers there were, and how many were wrong.
    pub fn end(self) -> (u32, u32) {
        let all = self.right + self.wrong;
        println!("{}: {} of {all} as expected", self.section, self.right);
        (all, self.wrong)
    }
}

/// How an answer is printed.
pub trait Show {
    fn show(&self) -> String;
}

impl Show for () {
    fn show(&self) -> String {
        "ok".to_owned()
    }
}

impl Show for bool {
    fn show(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

impl Show for u64 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for u32 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for usize {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for &str {
    fn show(&self) -> String {
        (*self).to_owned()
    }
}

impl Show for String {
    fn show(&self) -> String {
        self.clone()
    }
}

/// Bytes are printed as text in which nothing is invisible.
impl Show for Vec<u8> {
    fn show(&self) -> String {
        self.escape_ascii().to_string()
    }
}

impl Show for Vec<String> {
    fn show(&self) -> String {
        self.join(" ")
    }
}

impl Show for Filetype {
    fn show(&self) -> String {
        self.name().to_owned()
    }
}

impl Show for Errno {
    fn show(&self) -> String {
        self.name().to_owned()
    }
}

impl<T: Show> Show for Result<T, Errno> {
    fn show(&self) -> String {
        match self {
            Ok(answer) => answer.show(),
            Err(errno) => errno.show(),
        }
    }
}

impl Show for std::io::Result<()> {
    fn show(&self) -> String {
        match self {
            Ok(()) => "ok".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        }
    }
}
