//! Whether the window is narrow.

use yew::prelude::*;

use crate::ui::platform::media;

/// Below this width at normal text size, panels become tabs, in hundredths of a rem. At 200 % zoom an ordinary window
/// is this narrow, too.
const NARROW: u32 = 5400;

/// Whether the panels have to be tabs, at this text size in percent. A media query does not know the page's own text
/// size, so it is a parameter.
#[hook]
pub fn use_narrow(text_size: u16) -> bool {
    let width = NARROW * u32::from(text_size) / 100;
    use_media(&format!("(max-width: {}.{:02}rem)", width / 100, width % 100))
}

#[hook]
fn use_media(query: &str) -> bool {
    let holds = use_state_eq(|| media::matches(query));
    {
        let setter = holds.setter();
        use_effect_with(query.to_owned(), move |query| {
            setter.set(media::matches(query));
            let listener = media::watch(query, Callback::from(move |matches| setter.set(matches)));
            move || drop(listener)
        });
    }
    *holds
}
