//! Loads the examples that come with the page.

use crate::ui::platform::fetch::fetch;
use crate::ui::selectors::examples::Example;
use crate::ui::state::project_file::ProjectFile;

/// All examples, in display order.
pub async fn list() -> Result<Vec<Example>, String> {
    serde_json::from_slice(&fetch("examples/index.json").await?).map_err(|error| error.to_string())
}

/// An example as a project.
pub async fn load(example: &Example) -> Result<ProjectFile, String> {
    let program = fetch(&format!("examples/{}", example.file)).await?;
    let mut sources = Vec::with_capacity(example.sources.len());
    for source in &example.sources {
        // If a source is missing, the editor asks for it.
        sources.push(fetch(&format!("examples/{source}")).await.ok());
    }
    example.project(&program, &sources)
}

/// Like [`load`], by the example's ID.
pub async fn load_by_id(id: &str) -> Result<ProjectFile, String> {
    let all = list().await?;
    let example =
        all.iter().find(|example| example.id == id).ok_or_else(|| format!("there is no example `{id}` any more"))?;
    load(example).await
}
