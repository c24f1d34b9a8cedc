//! Whether a media query holds.

use yew::prelude::*;

use crate::ui::platform::media;

/// Below this width panels are tabs; at 200 % zoom an ordinary window is this narrow, too.
pub const NARROW: &str = "(max-width: 52rem)";

#[hook]
pub fn use_media(query: &'static str) -> bool {
    let holds = use_state_eq(|| media::matches(query));
    {
        let setter = holds.setter();
        use_effect_with((), move |()| {
            let listener = media::watch(query, Callback::from(move |matches| setter.set(matches)));
            move || drop(listener)
        });
    }
    *holds
}
