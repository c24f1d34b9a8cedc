//! Watch expressions, evaluated at every step. They belong to a program and outlive its runs.

use std::rc::Rc;

use crate::protocol::{Evaluation, Value};

/// The maximum number of expressions.
pub const MOST: usize = 100;
/// The maximum length of an expression, in bytes.
pub const LONGEST: usize = 1000;

/// All expressions, in the order in which they were added.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expressions {
    pub list: Vec<Expression>,
    last_id: u32,
}

/// An expression and its value, if known.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub id: u32,
    pub text: Rc<str>,
    /// `None` until the debugger has evaluated it.
    pub result: Option<EvaluatedExpression>,
    /// Whether its value was different at the last stop.
    pub changed: bool,
}

/// The value of an expression, or why it could not be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluatedExpression {
    pub step: u64,
    pub result: Result<Value, Rc<str>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionChange {
    Add(Rc<str>),
    /// An empty text removes it.
    Edit {
        id: u32,
        text: Rc<str>,
    },
    Remove {
        id: u32,
    },
}

impl Expressions {
    /// The expressions of a stored project.
    pub fn of_texts(texts: &[Rc<str>]) -> Self {
        let add = |all: Self, text: &Rc<str>| all.apply(ExpressionChange::Add(text.clone()));
        texts.iter().fold(Self::default(), add)
    }

    pub fn apply(&self, change: ExpressionChange) -> Self {
        let mut next = self.clone();
        match change {
            ExpressionChange::Add(text) => {
                let text = text.trim();
                if !text.is_empty() && text.len() <= LONGEST && next.list.len() < MOST {
                    next.last_id += 1;
                    next.list.push(Expression { id: next.last_id, text: text.into(), result: None, changed: false });
                }
            }
            ExpressionChange::Edit { id, text } if text.trim().is_empty() => {
                return next.apply(ExpressionChange::Remove { id });
            }
            ExpressionChange::Edit { id, text } => {
                let text = text.trim();
                for known in next.list.iter_mut().filter(|known| known.id == id && text.len() <= LONGEST) {
                    if *known.text != *text {
                        *known = Expression { id, text: text.into(), result: None, changed: false };
                    }
                }
            }
            ExpressionChange::Remove { id } => next.list.retain(|known| known.id != id),
        }
        next
    }

    /// The texts, as they are stored and sent to the debugger.
    pub fn texts(&self) -> Vec<Rc<str>> {
        self.list.iter().map(|known| known.text.clone()).collect()
    }

    /// The same expressions with the debugger's results at a step.
    pub fn worked_out(&self, step: u64, evaluations: &[Evaluation]) -> Self {
        let mut next = self.clone();
        for (known, evaluation) in next.list.iter_mut().zip(evaluations) {
            // The expression was edited since the request; the next answer will follow.
            if *known.text != *evaluation.expression {
                continue;
            }
            let result = evaluation.result.clone().map_err(Rc::from);
            known.changed = match &known.result {
                // Another call was selected, or the same result arrived again.
                Some(before) if before.step == step => known.changed && before.result == result,
                Some(before) => before.result != result,
                None => false,
            };
            known.result = Some(EvaluatedExpression { step, result });
        }
        next
    }

    /// The same expressions without results, for a new run.
    pub fn forget_results(&self) -> Self {
        let mut next = self.clone();
        for known in &mut next.list {
            (known.result, known.changed) = (None, false);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(text: &str) -> ExpressionChange {
        ExpressionChange::Add(text.into())
    }

    fn evaluation(expression: &str, value: &str) -> Evaluation {
        let value = Value { ty: "i64".into(), text: value.into(), unsigned: None, hex: None };
        Evaluation { expression: expression.into(), result: Ok(value) }
    }

    fn seen(all: &Expressions) -> Vec<(&str, Option<&str>, bool)> {
        let text = |known: &Expression| match &known.result {
            Some(EvaluatedExpression { result: Ok(value), .. }) => Some(value.text.clone()),
            _ => None,
        };
        all.list.iter().map(|known| (&*known.text, text(known).map(|text| &*text.leak()), known.changed)).collect()
    }

    #[test]
    fn they_are_added_edited_and_removed() {
        let all = Expressions::default().apply(add(" local.i ")).apply(add("")).apply(add("depth"));
        assert_eq!(all.texts(), ["local.i".into(), "depth".into()]);
        let edited = all.apply(ExpressionChange::Edit { id: 1, text: "stack[0]".into() });
        assert_eq!(edited.texts(), ["stack[0]".into(), "depth".into()]);
        assert_eq!(edited.apply(ExpressionChange::Edit { id: 1, text: "  ".into() }).texts(), ["depth".into()]);
        let removed = edited.apply(ExpressionChange::Remove { id: 2 }).apply(add("step"));
        assert_eq!(removed.list.last().map(|last| last.id), Some(3), "a new one is never taken for one that was there");
        assert_eq!(Expressions::of_texts(&all.texts()), all);
    }

    #[test]
    fn there_are_not_too_many_and_none_is_too_long() {
        let many = (0..MOST + 10).fold(Expressions::default(), |all, _| all.apply(add("1")));
        assert_eq!(many.list.len(), MOST);
        assert!(Expressions::default().apply(add(&"1".repeat(LONGEST + 1))).list.is_empty());
    }

    #[test]
    fn what_differs_from_the_stop_before_is_marked() {
        let all = Expressions::default().apply(add("a")).apply(add("b"));
        let first = all.worked_out(1, &[evaluation("a", "1"), evaluation("b", "7")]);
        assert_eq!(seen(&first), [("a", Some("1"), false), ("b", Some("7"), false)]);
        let second = first.worked_out(2, &[evaluation("a", "2"), evaluation("b", "7")]);
        assert_eq!(seen(&second), [("a", Some("2"), true), ("b", Some("7"), false)]);
        // The same result again keeps the mark; a call further down has other values, but nothing changed them.
        assert_eq!(second.worked_out(2, &[evaluation("a", "2"), evaluation("b", "7")]), second);
        let other_call = second.worked_out(2, &[evaluation("a", "9"), evaluation("b", "8")]);
        assert_eq!(seen(&other_call), [("a", Some("9"), false), ("b", Some("8"), false)]);
        assert_eq!(seen(&second.forget_results())[0], ("a", None, false));
    }

    #[test]
    fn an_answer_to_what_was_written_before_is_no_answer() {
        let all = Expressions::default().apply(add("a")).apply(ExpressionChange::Edit { id: 1, text: "b".into() });
        assert_eq!(seen(&all.worked_out(3, &[evaluation("a", "1")])), [("b", None, false)]);
    }
}
