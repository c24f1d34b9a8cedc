//! What the list of problems says about itself.

use crate::protocol::Checked;
use crate::ui::selectors::numbers;

/// The number of problems. Without any, what is missing for a module to do something, in prose.
pub fn summary(checked: Option<&Checked>, loading: bool) -> String {
    let Some(checked) = checked else {
        return if loading { "The compiler is loading".to_owned() } else { String::new() };
    };
    match (checked.problems.len(), &checked.detected.advice) {
        (0, Some(advice)) if checked.module.is_some() => format!("No errors; {advice}"),
        (0, _) => "No problems".to_owned(),
        (number, _) => numbers::count(number as u64, "problem", "problems"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ModuleSummary;
    use crate::ui::state::check::tests::checked;

    #[test]
    fn a_module_with_nothing_to_call_says_what_to_add() {
        let mut module = checked(Some(ModuleSummary::default()));
        assert_eq!(summary(Some(&module), false), "No problems");
        module.detected.advice = Some("export a function to call it".to_owned());
        assert_eq!(summary(Some(&module), false), "No errors; export a function to call it");
        assert_eq!(summary(None, true), "The compiler is loading");
        assert_eq!(summary(None, false), "");
    }
}
