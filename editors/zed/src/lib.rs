//! Starts `plimsoll lsp` and leaves everything else to it.

use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Plimsoll;

impl zed::Extension for Plimsoll {
    fn new() -> Plimsoll {
        Plimsoll
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let command = worktree.which("plimsoll").ok_or("there is no `plimsoll` in the PATH")?;
        Ok(Command { command, args: vec!["lsp".to_string()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Plimsoll);
