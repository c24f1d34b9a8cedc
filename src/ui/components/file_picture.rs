//! A file of the project that is an image.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::platform::download::object_url;
use crate::ui::selectors::numbers;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub bytes: Rc<[u8]>,
    /// Such as `image/png`.
    pub media_type: AttrValue,
    pub name: AttrValue,
}

/// The image at its own size, or as large as fits. It cannot run scripts: it is an image element, never a document.
#[component]
pub fn FilePicture(props: &Props) -> Html {
    let url = use_memo((props.bytes.clone(), props.media_type.clone()), |(bytes, media_type)| {
        object_url(media_type, bytes).ok()
    });
    let size = use_state_eq(|| None::<String>);
    let onload = {
        let size = size.setter();
        Callback::from(move |event: Event| {
            if let Some(image) = event.target_dyn_into::<web_sys::HtmlImageElement>() {
                size.set(Some(format!("{} × {} pixels", image.natural_width(), image.natural_height())));
            }
        })
    };
    let onerror = {
        let size = size.setter();
        Callback::from(move |_: Event| size.set(Some("the browser cannot show this picture".to_owned())))
    };
    let description = size.as_deref().unwrap_or_default();
    html! {
        <figure class="file-figure">
            if let Some(url) = url.as_ref() {
                <img src={url.address().to_owned()} alt={format!("The picture {}", props.name)} {onload} {onerror} />
            }
            <figcaption>{ format!("{description}{}{}", if description.is_empty() { "" } else { ", " }, numbers::bytes(props.bytes.len() as u64)) }</figcaption>
        </figure>
    }
}
