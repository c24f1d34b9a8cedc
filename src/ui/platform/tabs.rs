//! Which tabs of this page are open: each holds a lock with its name, which the browser releases when the tab is closed
//! or crashes. This does not depend on the clock.

use std::collections::HashSet;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

const PREFIX: &str = "wasmoscope.tab.";

/// The tabs that are open.
#[derive(Debug, Clone, PartialEq)]
pub enum OpenTabs {
    Known(HashSet<String>),
    /// The browser does not support locks, or not for this page; the time, in milliseconds since 1970, has to do.
    Unknown {
        now: f64,
    },
}

/// Marks this tab as open until it is closed.
pub fn announce(tab: &str) {
    let hold = Closure::once_into_js(|| Promise::new(&mut |_, _| ()));
    // If this fails, other tabs fall back to the time.
    if let Some((locks, request)) = method("request")
        && let Ok(promise) = request.call2(&locks, &format!("{PREFIX}{tab}").into(), &hold)
        && let Ok(promise) = promise.dyn_into::<Promise>()
    {
        wasm_bindgen_futures::spawn_local(async move { drop(JsFuture::from(promise).await) });
    }
}

/// Asks the browser which tabs are open.
pub async fn open_tabs() -> OpenTabs {
    match held().await {
        Some(names) => OpenTabs::Known(names),
        None => OpenTabs::Unknown { now: js_sys::Date::now() },
    }
}

async fn held() -> Option<HashSet<String>> {
    let (locks, query) = method("query")?;
    let promise = query.call0(&locks).ok()?.dyn_into::<Promise>().ok()?;
    let held = Reflect::get(&JsFuture::from(promise).await.ok()?, &"held".into()).ok()?;
    let held = Array::from(&held);
    let names = held.iter().filter_map(|lock| Reflect::get(&lock, &"name".into()).ok()?.as_string());
    Some(names.filter_map(|name| Some(name.strip_prefix(PREFIX)?.to_owned())).collect())
}

fn method(name: &str) -> Option<(JsValue, Function)> {
    let locks = Reflect::get(&web_sys::window()?.navigator(), &"locks".into()).ok()?;
    let method = Reflect::get(&locks, &name.into()).ok()?.dyn_into().ok()?;
    Some((locks, method))
}
