//! What is drawn: one component a file, its CSS file beside it in `static/css`.

pub mod call_form;
pub mod console;
pub mod console_block;
pub mod copy_button;
pub mod detection_card;
pub mod editor_pane;
pub mod fault_banner;
pub mod help_dialog;
pub mod icon;
pub mod launch_form;
pub mod limits_form;
pub mod module_lists;
pub mod module_panel;
pub mod problems;
pub mod prose;
pub mod run_controls;
pub mod run_result;
pub mod splitter;
pub mod status;
pub mod stdin_line;
pub mod tabs;
pub mod toolbar;
