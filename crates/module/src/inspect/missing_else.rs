//! An `if` with a result but no `else`: validation detects it at its end, and only reports that a value is missing.

use wasmparser::{BlockType, FunctionBody, Operator, Parser, Payload};

/// Whether an `if` that has a result but no `else` ends at that offset from the start of the module.
pub(super) fn ends_at(wasm: &[u8], offset: u64) -> bool {
    let bodies = Parser::new(0).parse_all(wasm).map_while(Result::ok).filter_map(|payload| match payload {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let mut around = bodies.filter(|body| body.range().contains(&offset));
    around.next().is_some_and(|body| in_function(&body, offset).unwrap_or(false))
}

fn in_function(body: &FunctionBody<'_>, offset: u64) -> wasmparser::Result<bool> {
    // For each open block, whether it is such an `if`.
    let mut open = Vec::new();
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        let (operator, at) = operator?;
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::TryTable { .. } => open.push(false),
            Operator::If { blockty } => open.push(!matches!(blockty, BlockType::Empty)),
            Operator::Else => {
                if let Some(last) = open.last_mut() {
                    *last = false;
                }
            }
            Operator::End => {
                let is_such = open.pop().unwrap_or(false);
                if at == offset {
                    return Ok(is_such);
                }
            }
            _ => {}
        }
    }
    Ok(false)
}
